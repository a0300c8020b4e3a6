"""What the deletion of a video needs from outside (see `domain/ports.py` for the rest)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from functions.domain.deletions.deletion import Deletion, Leftover, ObjectBatch, StoredObject, Tally
from functions.domain.deletions.leaving import Cleared
from functions.domain.failure import Failure
from functions.domain.paging import Page, Position
from functions.domain.runs.run import Run
from functions.domain.transcripts.transcription import Transcription
from functions.domain.video import Video

Row = TypeVar("Row")


class HiddenVideos(Protocol):
    """Which videos are being deleted: read consistently, so that what is hidden stays hidden
    though an index still shows it."""

    def hidden(self, user_id: str) -> frozenset[str]:
        """All of a user's."""

    def is_hidden(self, user_id: str, video_id: str) -> bool:
        """Whether one is."""


class DeletionStore(HiddenVideos, Protocol):
    def get(self, user_id: str, deletion_id: str) -> Deletion | None:
        """The receipt, read consistently."""

    def mark(self, video: Video, deletion: Deletion) -> None:
        """Hide the video and write its receipt, in one write.

        Raises StaleWriteError if the video moved on since it was read, or is marked already.
        """

    def video(self, deletion: Deletion) -> Video | None:
        """The video as it was when it was marked; None once its deletion is closed."""

    def expect_writers(self, deletion: Deletion, until: datetime) -> None:
        """Note that something may write until then; an earlier time changes nothing."""

    def open_batch(self, deletion: Deletion, batch: ObjectBatch) -> None:
        """Write down what is about to be deleted. Raises StaleWriteError if another batch is
        open, or was closed since the receipt was read."""

    def batch(self, deletion: Deletion) -> ObjectBatch | None:
        """The batch that is open."""

    def close_batch(self, deletion: Deletion, tally: Tally, kind: str) -> None:
        """Count what was deleted, once: nothing if another worker has closed this batch."""

    def stuck(self, deletion: Deletion, left: Sequence[Leftover]) -> None:
        """Note what could not be deleted for now."""

    def fail(
        self, deletion: Deletion, failure: Failure, left: Sequence[Leftover] | None = None
    ) -> None:
        """deleting -> failed; nothing if it has ended."""

    def reopen(self, deletion: Deletion, now: datetime) -> Deletion:
        """Begin another attempt. Raises StaleWriteError if another request was first."""

    def close(self, deletion: Deletion, now: datetime, expires_at: int) -> None:
        """deleting -> deleted: the last rows of the video go, in one write with that. The receipt
        goes, too, at `expires_at` (Unix seconds). Raises StaleWriteError if it is not deleting."""


class VideoRows(Protocol[Row]):
    """Rows of one kind that belong to a video."""

    def page(self, video: Video, after: Position | None) -> Page[Row]:
        """Some of them, as an index has them."""

    def remove(self, deletion: Deletion, rows: Sequence[Row]) -> int:
        """Remove those that are there, and count them on the receipt in the same write; returns
        how many went. Raises StaleWriteError where other writers are too many."""


@dataclass(frozen=True, slots=True)
class ObjectPage:
    """`next` is where the next page begins, None at the end."""

    objects: tuple[StoredObject, ...]
    next: Mapping[str, str] | None


Refused = Sequence[tuple[StoredObject, str]]
"""What could not be deleted, each with the store's word for why."""


class StoredObjects(Protocol):
    def page(self, prefix: str, after: Mapping[str, str] | None) -> ObjectPage:
        """Up to 1,000 versions and marks, by key."""

    def remove(self, objects: Sequence[StoredObject]) -> Refused:
        """Delete versions and marks, 1,000 at the most; absent ones are fine."""

    def unfinished(self, prefix: str, after: Mapping[str, str] | None) -> ObjectPage:
        """Uploads that were begun and never completed, with the bytes of their parts."""

    def abandon(self, uploads: Sequence[StoredObject]) -> Refused:
        """Give uploads up; absent ones are fine."""


class UserRows(Protocol):
    def forget(self, user_id: str, stop: Callable[[], bool]) -> Cleared:
        """Remove what is kept of the user beside videos, accounts and webhooks. Safe to repeat."""


class TranscriptionJobs(Protocol):
    def forget(self, of: Transcription) -> bool:
        """Have the transcriber forget the job of this attempt; fine if it knows none. False while
        it is at work on it."""


class Executions(Protocol):
    def start(self, name: str, ids: Mapping[str, str]) -> None:
        """Start an execution; starting it again changes nothing."""

    def stop(self, name: str, cause: str) -> None:
        """End an execution where it is; fine if there is none, or if it is over."""


class RunFence(Protocol):
    def close(self, run: Run) -> None:
        """No segment is written for this run any more, nor for any before it."""
