"""Deletions in memory: every change is conditional, as it is in the table."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from functions.domain.codec import from_plain, to_plain
from functions.domain.deletions.deletion import (
    Deletion,
    DeletionState,
    Leftover,
    ObjectBatch,
    Tally,
)
from functions.domain.errors import StaleWriteError
from functions.domain.failure import Failure
from functions.domain.video import Video
from tests.fakes.videos import FakeVideoStore


class FakeDeletionStore:
    def __init__(self, videos: FakeVideoStore) -> None:
        self._videos = videos
        self._rows: dict[tuple[str, str], Deletion] = {}
        self._hidden: set[tuple[str, str]] = set()
        self._batches: dict[str, ObjectBatch] = {}
        self._lock = threading.RLock()

    def hidden(self, user_id: str) -> frozenset[str]:
        return frozenset(video for user, video in self._hidden if user == user_id)

    def is_hidden(self, user_id: str, video_id: str) -> bool:
        return (user_id, video_id) in self._hidden

    def get(self, user_id: str, deletion_id: str) -> Deletion | None:
        return self._rows.get((user_id, deletion_id))

    def mark(self, video: Video, deletion: Deletion) -> None:
        with self._lock:
            if _key(deletion) in self._rows:
                raise StaleWriteError("The video")
            self._videos.mark(video)
            # Through the codec, so that only what can be stored comes back.
            self._rows[_key(deletion)] = from_plain(Deletion, to_plain(deletion))
            self._hidden.add((video.user_id, video.video_id))

    def video(self, deletion: Deletion) -> Video | None:
        return self._videos.marked(deletion.video_id)

    def expect_writers(self, deletion: Deletion, until: datetime) -> None:
        with self._lock:
            row = self._rows[_key(deletion)]
            self._put(replace(row, writers_until=max(row.writers_until, until)))

    def open_batch(self, deletion: Deletion, batch: ObjectBatch) -> None:
        with self._lock:
            row = self._rows[_key(deletion)]
            if row.deletion_id in self._batches or row.batches != deletion.batches:
                raise StaleWriteError("The deletion")
            self._batches[row.deletion_id] = batch

    def batch(self, deletion: Deletion) -> ObjectBatch | None:
        return self._batches.get(deletion.deletion_id)

    def close_batch(self, deletion: Deletion, tally: Tally, kind: str) -> None:
        with self._lock:
            row = self._rows[_key(deletion)]
            if row.deletion_id in self._batches and row.batches == deletion.batches:
                del self._batches[row.deletion_id]
                self._put(replace(row, batches=row.batches + 1))
                self.tally(deletion, {kind: tally})

    def tally(self, deletion: Deletion, tallies: Mapping[str, Tally]) -> None:
        """What a write that removes rows adds to the receipt."""
        with self._lock:
            row = self._rows[_key(deletion)]
            deleted = dict(row.deleted)
            for kind, more in tallies.items():
                if more.count:
                    was = deleted.get(kind, Tally())
                    count, size = was.count + more.count, was.size + more.size
                    deleted[kind] = Tally(count=count, size=size)
            self._put(replace(row, deleted=deleted))

    def stuck(self, deletion: Deletion, left: Sequence[Leftover]) -> None:
        with self._lock:
            row = self._rows[_key(deletion)]
            if row.stuck == deletion.stuck:
                self._put(replace(row, stuck=row.stuck + 1, left=tuple(left)))

    def fail(
        self, deletion: Deletion, failure: Failure, left: Sequence[Leftover] | None = None
    ) -> None:
        with self._lock:
            row = self._rows[_key(deletion)]
            if row.state is DeletionState.DELETING and row.attempt == deletion.attempt:
                kept = deletion.left if left is None else tuple(left)
                self._put(replace(row, state=DeletionState.FAILED, error=failure, left=kept))

    def reopen(self, deletion: Deletion, now: datetime) -> Deletion:
        with self._lock:
            row = self._rows[_key(deletion)]
            if row.attempt != deletion.attempt or row.state is DeletionState.DELETED:
                raise StaleWriteError("The deletion")
            opened = replace(
                row,
                state=DeletionState.DELETING,
                attempt=row.attempt + 1,
                stuck=0,
                started_at=now,
                error=None,
            )
            self._put(opened)
            return opened

    def close(self, deletion: Deletion, now: datetime, expires_at: int) -> None:
        with self._lock:
            row = self._rows[_key(deletion)]
            if row.state is not DeletionState.DELETING or row.deletion_id in self._batches:
                raise StaleWriteError("The deletion")
            self._videos.unmark(row.video_id)
            self._hidden.discard((row.user_id, row.video_id))
            state = DeletionState.DELETED
            self._put(replace(row, state=state, finished_at=now, expires_at=expires_at, left=()))

    def _put(self, row: Deletion) -> None:
        self._rows[_key(row)] = row

    def all(self) -> list[Deletion]:
        return list(self._rows.values())


class FakeKeptAnswers:
    """(user, video) -> records of answers that tell of it."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], set[str]] = {}

    def remember(self, user_id: str, videos: Collection[str], record: str, expires_at: int) -> None:
        for video_id in videos:
            self.records.setdefault((user_id, video_id), set()).add(record)


def _key(deletion: Deletion) -> tuple[str, str]:
    return deletion.user_id, deletion.deletion_id
