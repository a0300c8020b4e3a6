"""Answers that are kept for their Idempotency-Key, found by the videos that they tell of."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from functions.adapters.dynamo.deletion_rows import ANSWER
from functions.adapters.dynamo.failures import ConditionFailedError
from functions.adapters.dynamo.removal import AT_ONCE, ATTEMPTS, CountedRemoval
from functions.adapters.dynamo.table import Table
from functions.adapters.dynamo.transaction import Transaction
from functions.domain.deletions.deletion import Deletion, Tally
from functions.domain.errors import StaleWriteError
from functions.domain.paging import Page, Position
from functions.domain.video import Video


class KeptAnswers:
    """`answers` is the table of the answers themselves, None for who only writes down where."""

    def __init__(self, receipts: str, answers: str | None = None) -> None:
        self._table = Table(receipts, "deletions")
        self._answers = Table(answers, "idempotency keys") if answers else None
        self._removal = CountedRemoval(self._table)

    def remember(self, user_id: str, videos: Collection[str], record: str, expires_at: int) -> None:
        """Before the answer is kept: what is not written down could not be found."""
        for video_id in sorted(videos):
            entry = f"{ANSWER}{video_id}#{record}"
            row = {"user_id": user_id, "entry": entry, "record": record, "expires_at": expires_at}
            self._table.put(row)

    def page(self, video: Video, after: Position | None) -> Page[Mapping[str, Any]]:
        rows = self._table.query(
            "user_id = :user AND begins_with(entry, :answers)",
            {":user": video.user_id, ":answers": f"{ANSWER}{video.video_id}#"},
            limit=AT_ONCE // 2,
            after=after,
            consistent=True,
        )
        return Page(tuple(rows.items), rows.next)

    def remove(self, deletion: Deletion, rows: Sequence[Mapping[str, Any]]) -> int:
        left = list(rows)
        for _ in range(ATTEMPTS):
            if not left:
                return 0
            if self._removed(deletion, left):
                return len(left)
            there = {row["entry"] for row in self._table.get_many([_key(row) for row in left])}
            left = [row for row in left if row["entry"] in there]
        raise StaleWriteError("The deletion")

    def _removed(self, deletion: Deletion, rows: Sequence[Mapping[str, Any]]) -> bool:
        """An answer may have expired before what leads to it."""
        assert self._answers is not None  # noqa: S101  (who removes has been given the table)
        writes = Transaction("idempotency keys")
        for row in rows:
            writes.delete(self._answers, {"id": row["record"]})
            writes.delete(self._table, _key(row), "attribute_exists(entry)")
        self._removal.count(writes, deletion, {"kept_answers": Tally(count=len(rows))})
        try:
            writes.commit()
        except ConditionFailedError:
            return False
        return True


def _key(row: Mapping[str, Any]) -> dict[str, str]:
    return {"user_id": row["user_id"], "entry": row["entry"]}
