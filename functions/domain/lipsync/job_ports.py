"""What lip-sync jobs need of our own side: rows, places in a line, executions (see `ports`
for the provider)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from functions.domain.cutting.job import StopRequested
from functions.domain.lipsync.asked import TextRegion
from functions.domain.lipsync.generation import LipSyncModel
from functions.domain.lipsync.job import LipSyncJob
from functions.domain.paging import Page, Position
from functions.domain.times import Milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class DueJob:
    """A job that is to be looked at, as far as an index tells."""

    job_id: str
    generation_id: str
    model: LipSyncModel
    submitted_at: datetime
    next_poll_at: datetime
    deadline: datetime


class LipSyncJobStore(Protocol):
    def get(self, job_id: str) -> LipSyncJob | None:
        """The job, read consistently."""

    def create(self, job: LipSyncJob) -> bool:
        """False if the id is taken: the first write stays."""

    def save(self, job: LipSyncJob) -> LipSyncJob:
        """Write over the version that was read; raises StaleWriteError if it moved on."""

    def of_user(self, user_id: str, *, limit: int, after: Position | None) -> Page[LipSyncJob]:
        """Newest first."""

    def due(self, shard: str, until: datetime, limit: int) -> list[DueJob]:
        """Jobs of one shard that wait for the provider and are to be looked at by then, longest
        due first."""

    def postpone(self, job: DueJob, until: datetime) -> bool:
        """Take it to be looked at: nobody else does before `until`. False if somebody has, or it
        does not wait any more."""

    def hasten(self, job_id: str, generation_id: str, now: datetime) -> bool:
        """Have it looked at now; False where it does not wait for this generation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A job that wants a place at the provider, and the task that waits for it."""

    job_id: str
    user_id: str
    task_token: str


class LipSyncPlaces(Protocol):
    def leave(self, job_id: str) -> None:
        """Give the place back, or leave the line; fine for who is in neither."""


class LipSyncGate(LipSyncPlaces, Protocol):
    """Places at the provider: so many at once, and a fair line before them."""

    def enter(self, waiting: Waiting, now: datetime) -> None:
        """Stand in line, once: a job that stands there, or has a place, gets another token."""

    def admit(self, now: datetime, until: datetime) -> list[Waiting]:
        """Give free places away, each up to `until`; places that were not left in time are free.
        Returns those who have one and were not told."""

    def told(self, job_id: str) -> None:
        """The task knows of its place."""

    def held(self, now: datetime) -> list[str]:
        """Jobs that have a place."""


class LipSyncRuns(Protocol):
    def start(self, job_id: str) -> None:
        """Start the job's execution; starting it again changes nothing."""

    def stop(self, job_id: str) -> None:
        """End it; fine if there is none."""


class LipSyncResults(Protocol):
    def fetch(self, url: str, target: Path, stop: StopRequested) -> None:
        """Save what the provider has made. Raises UnavailableError where another try, with another
        URL, may help."""


class LipSyncHints(Protocol):
    def look_at(self, job_id: str) -> None:
        """Have a job looked at soon, by whoever may ask the provider."""


class TextDetector(Protocol):
    def detect(self, picture: Path) -> list[TextRegion]:
        """Where text is seen in a JPEG, without times. Raises UnavailableError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What was read of a finished file. `thumbnail` lies beside it."""

    duration: Milliseconds
    frame_count: int
    width: int
    height: int
    has_sound: bool
    thumbnail: Path | None


class LipSyncTools(Protocol):
    """What ffmpeg does for lip-sync."""

    def cover(
        self, source: Path, regions: Sequence[TextRegion], target: Path, stop: StopRequested
    ) -> None:
        """Write the video with these regions filled from around them, its sound as it is."""

    def stills(self, source: Path, folder: Path, every: Milliseconds) -> list[Path]:
        """Pictures of the video, one for each stretch of `every`."""

    def inspect(self, path: Path) -> Written:
        """Raises MediaError for what is no video with a picture."""

    def plain_video(self, source_url: str, target: Path, stop: StopRequested) -> None:
        """Write it as H.264 and AAC in an MP4, as the provider surely takes it."""

    def plain_audio(self, source_url: str, target: Path, stop: StopRequested) -> None:
        """Write its sound as PCM in a WAV."""
