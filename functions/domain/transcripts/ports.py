"""What the making of transcripts needs from outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from functions.domain.cutting.job import StopRequested
from functions.domain.errors import CutroomError
from functions.domain.times import Milliseconds
from functions.domain.transcripts.transcription import Transcription


class JobStatus(StrEnum):
    """Where a job of the transcriber stands."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobState:
    """`reason` says why it failed; `language` is what was heard, once that is known."""

    status: JobStatus
    reason: str = ""
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptionJob:
    """One stretch of sound to write down. `name` is taken once, for ever; `language` is a code or
    `identify`; the result is written to `output_key`, in the shape of Amazon Transcribe."""

    name: str
    media_key: str
    output_key: str
    language: str
    speakers: int | None = None


class Transcriber(Protocol):
    def start(self, job: TranscriptionJob) -> None:
        """Start it, unless a job of this name was ever started.

        Raises MediaError where it is refused, UnavailableError where trying again may help.
        """

    def state(self, name: str) -> JobState | None:
        """How it stands; None where no such job is known."""


class TranscriptionStore(Protocol):
    """One row for each window that was handed to the transcriber."""

    def get(self, video_id: str, window_id: str) -> Transcription | None:
        """The row, read consistently."""

    def save(self, row: Transcription) -> Transcription:
        """Write over the version that was read, 0 for none; raises StaleWriteError if it moved
        on."""

    def due(self, now: datetime, limit: int) -> list[Transcription]:
        """Rows that wait and are to be looked at by now, longest due first."""


class TaskTokens(Protocol):
    """Tasks that wait to be told how something ended."""

    def succeed(self, token: str, result: Mapping[str, Any]) -> bool:
        """False where nobody waits any more."""

    def fail(self, token: str, error: CutroomError) -> bool:
        """The same; the error crosses as one that a function has raised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechJob:
    """The sound from `start` to `end` of a source's stream, on the video's clock."""

    source_url: str
    container: str
    audio_index: int
    start: Milliseconds
    end: Milliseconds | None
    enterable: bool
    target: Path


class SpeechExtractor(Protocol):
    def extract(self, job: SpeechJob, stop: StopRequested) -> bool:
        """Write FLAC, one channel at 16 kHz, that begins at `start`: what begins late is begun
        with silence, gaps are filled. False where there is nothing to hear.

        Raises MediaError where it cannot be decoded or `stop` says that time is up,
        UnavailableError where the source cannot be read now.
        """
