"""What fetching a video from a URL needs from outside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from functions.domain.ingests.ingest import SourceVersion
from functions.domain.runs.ports import ExecutionState


@dataclass(frozen=True, slots=True)
class SourceStream:
    """A source that has begun to answer: `chunks` from byte `start` on, until it ends.

    The chunks raise UnavailableError where the connection is lost.
    """

    version: SourceVersion
    content_type: str | None
    start: int
    chunks: Iterator[bytes]


class SourceReader(Protocol):
    def open(
        self, url: str, start: int = 0, known: SourceVersion | None = None
    ) -> AbstractContextManager[SourceStream]:
        """Ask for the bytes from `start` on of what was `known` then.

        A source that does not know ranges answers from byte 0. Raises MediaError for what trying
        again does not help, UnavailableError for the rest.
        """


class SourceResolver(Protocol):
    def media_url(self, url: str) -> str:
        """The address of the media file behind what a user has given. Raises MediaError.

        Asked anew for each connection: what a site gives out may not be good for long.
        """


class Ingests(Protocol):
    def start(self, video_id: str, user_id: str) -> None:
        """Start fetching; starting it again changes nothing."""

    def state(self, video_id: str) -> ExecutionState:
        """Whether it has begun, and goes on."""


class IngestWatch(Protocol):
    def waiting(self, shard: str, before: datetime, limit: int) -> list[str]:
        """Ids of videos that are fetched and have not come further since then, those first that
        have waited longest."""
