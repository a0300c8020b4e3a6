"""Deletions in DynamoDB, one partition for each user.

entry
receipt#{deletion_id}                   what is deleted, and how far; expires some time after
hidden#{video_id}                       a video that is being deleted
answer#{video_id}#{record}              an answer kept for its Idempotency-Key that tells of a video

While a video is being deleted its row in the videos' table is a mark that no index holds; the
video as it was stands inside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from functions.adapters.dynamo.deletion_rows import (
    HIDDEN,
    IS_THERE,
    batch_of,
    from_row,
    hidden_key,
    receipt_key,
    tallied,
    to_batch,
    to_row,
)
from functions.adapters.dynamo.failures import ConditionFailedError
from functions.adapters.dynamo.table import Table
from functions.adapters.dynamo.transaction import Transaction
from functions.adapters.dynamo.video_marks import from_mark, is_mark, to_mark
from functions.domain.codec import to_plain
from functions.domain.deletions.deletion import (
    Deletion,
    DeletionState,
    Leftover,
    ObjectBatch,
    Tally,
)
from functions.domain.errors import StaleWriteError
from functions.domain.failure import Failure
from functions.domain.paging import Position
from functions.domain.times import to_iso
from functions.domain.video import Video

_DELETING = "#state = :deleting"
_STATE = {"#state": "state"}
_IS_DELETING = {":deleting": DeletionState.DELETING.value}


class DynamoDeletionStore:
    def __init__(self, table: str, videos: str) -> None:
        self._table, self._videos = Table(table, "deletions"), Table(videos, "videos")

    def hidden(self, user_id: str) -> frozenset[str]:
        return frozenset(row["entry"].removeprefix(HIDDEN) for row in self._hidden(user_id))

    def _hidden(self, user_id: str) -> Iterator[dict[str, Any]]:
        after: Position | None = None
        while True:
            rows = self._table.query(
                "user_id = :user AND begins_with(entry, :hidden)",
                {":user": user_id, ":hidden": HIDDEN},
                after=after,
                consistent=True,
            )
            yield from rows.items
            after = rows.next
            if after is None:
                return

    def is_hidden(self, user_id: str, video_id: str) -> bool:
        return self._table.get(hidden_key(user_id, video_id)) is not None

    def get(self, user_id: str, deletion_id: str) -> Deletion | None:
        row = self._table.get(receipt_key(user_id, deletion_id))
        return from_row(row) if row else None

    def mark(self, video: Video, deletion: Deletion) -> None:
        writes = Transaction("deletions")
        read = {":read": video.version}
        mark = to_mark(video, deletion.requested_at)
        writes.put(self._videos, mark, "#version = :read", read, {"#version": "version"})
        writes.put(self._table, to_row(deletion), "attribute_not_exists(entry)")
        writes.put(self._table, hidden_key(video.user_id, video.video_id))
        try:
            writes.commit()
        except ConditionFailedError as error:
            raise StaleWriteError("The video") from error

    def video(self, deletion: Deletion) -> Video | None:
        row = self._videos.get({"video_id": deletion.video_id})
        return from_mark(row) if row and is_mark(row) else None

    def expect_writers(self, deletion: Deletion, until: datetime) -> None:
        self._change(
            deletion,
            "SET writers_until = :until",
            "writers_until < :until",
            {":until": to_iso(until)},
        )

    def open_batch(self, deletion: Deletion, batch: ObjectBatch) -> None:
        opened = self._change(
            deletion,
            "SET #batch = :batch",
            "attribute_not_exists(#batch) AND batches = :read",
            {":batch": to_batch(batch), ":read": deletion.batches},
            {"#batch": "batch"},
        )
        if not opened:
            raise StaleWriteError("The deletion")

    def batch(self, deletion: Deletion) -> ObjectBatch | None:
        row = self._table.get(receipt_key(deletion.user_id, deletion.deletion_id))
        return batch_of(row) if row else None

    def close_batch(self, deletion: Deletion, tally: Tally, kind: str) -> None:
        numbers = tallied({kind: tally})
        names = {f"#n{at}": name for at, name in enumerate(numbers)}
        values = {f":n{at}": number for at, number in enumerate(numbers.values())}
        adds = "".join(f", #n{at} :n{at}" for at in range(len(numbers)))
        self._change(
            deletion,
            f"ADD batches :one{adds} REMOVE #batch",
            "attribute_exists(#batch) AND batches = :read",
            {":one": 1, ":read": deletion.batches, **values},
            {"#batch": "batch", **names},
        )

    def stuck(self, deletion: Deletion, left: Sequence[Leftover]) -> None:
        self._change(
            deletion,
            "SET stuck = :stuck, #left = :left",
            "stuck = :read",
            {":stuck": deletion.stuck + 1, ":read": deletion.stuck, ":left": to_plain(left)},
            {"#left": "left"},
        )

    def fail(
        self, deletion: Deletion, failure: Failure, left: Sequence[Leftover] | None = None
    ) -> None:
        self._change(
            deletion,
            "SET #state = :failed, #error = :error, #left = :left",
            f"{_DELETING} AND attempt = :attempt",
            {
                **_IS_DELETING,
                ":failed": DeletionState.FAILED.value,
                ":error": to_plain(failure),
                ":left": to_plain(deletion.left if left is None else left),
                ":attempt": deletion.attempt,
            },
            {**_STATE, "#error": "error", "#left": "left"},
        )

    def reopen(self, deletion: Deletion, now: datetime) -> Deletion:
        opened = self._change(
            deletion,
            "SET #state = :deleting, attempt = :next, stuck = :none, started_at = :now "
            "REMOVE #error",
            "attempt = :read AND NOT #state = :deleted",
            {
                **_IS_DELETING,
                ":deleted": DeletionState.DELETED.value,
                ":next": deletion.attempt + 1,
                ":read": deletion.attempt,
                ":none": 0,
                ":now": to_iso(now),
            },
            {**_STATE, "#error": "error"},
        )
        if not opened:
            raise StaleWriteError("The deletion")
        return replace(
            deletion,
            state=DeletionState.DELETING,
            attempt=deletion.attempt + 1,
            stuck=0,
            started_at=now,
            error=None,
        )

    def close(self, deletion: Deletion, now: datetime, expires_at: int) -> None:
        writes = Transaction("deletions")
        writes.delete(self._videos, {"video_id": deletion.video_id}, "attribute_exists(deleted_at)")
        writes.delete(self._table, hidden_key(deletion.user_id, deletion.video_id))
        writes.update(
            self._table,
            receipt_key(deletion.user_id, deletion.deletion_id),
            "SET #state = :deleted, finished_at = :now, expires_at = :expires REMOVE #left",
            f"{_DELETING} AND attribute_not_exists(#batch)",
            {
                **_IS_DELETING,
                ":deleted": DeletionState.DELETED.value,
                ":now": to_iso(now),
                ":expires": expires_at,
            },
            {**_STATE, "#left": "left", "#batch": "batch"},
        )
        try:
            writes.commit()
        except ConditionFailedError as error:
            raise StaleWriteError("The deletion") from error

    def _change(
        self,
        deletion: Deletion,
        change: str,
        condition: str,
        values: dict[str, Any],
        names: dict[str, str] | None = None,
    ) -> bool:
        """Whether the receipt was as the condition wants it."""
        key = receipt_key(deletion.user_id, deletion.deletion_id)
        try:
            self._table.update(key, change, f"{IS_THERE} AND {condition}", values, names)
        except ConditionFailedError:
            return False
        return True
