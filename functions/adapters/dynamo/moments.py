"""Moments in DynamoDB: a video's lie together, and are exchanged in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from functions.adapters.dynamo.failures import ConditionFailedError
from functions.adapters.dynamo.table import Table
from functions.adapters.dynamo.transaction import Transaction
from functions.domain.codec import from_plain, to_plain
from functions.domain.errors import StaleWriteError
from functions.domain.moments.moment import Moment

BY_ID: Final = "moment_id-index"
_WHAT: Final = "moments"
_ABSENT: Final = "attribute_not_exists(moment_id)"
_AS_READ: Final = "revision = :read"


class DynamoMomentStore:
    def __init__(self, table: str) -> None:
        self._table = Table(table, _WHAT)

    def get(self, video_id: str, moment_id: str) -> Moment | None:
        row = self._table.get({"video_id": video_id, "moment_id": moment_id})
        return from_plain(Moment, row) if row else None

    def find(self, moment_id: str) -> Moment | None:
        rows = self._table.query("moment_id = :id", {":id": moment_id}, limit=1, index=BY_ID)
        return from_plain(Moment, rows.items[0]) if rows.items else None

    def of_video(self, video_id: str) -> list[Moment]:
        found: list[dict[str, Any]] = []
        after = None
        while True:
            rows = self._table.query(
                "video_id = :video", {":video": video_id}, after=after, consistent=True
            )
            found += rows.items
            after = rows.next
            if after is None:
                return [from_plain(Moment, row) for row in found]

    def save(self, moment: Moment) -> Moment:
        saved = _next(moment)
        try:
            self._table.put(to_plain(saved), _AS_READ, {":read": moment.revision})
        except ConditionFailedError as error:
            raise StaleWriteError("The moment") from error
        return saved

    def refine(self, parent: Moment, child: Moment) -> Moment:
        writes = Transaction(_WHAT)
        over = replace(_next(parent), superseded_by=child.moment_id, updated_at=child.created_at)
        writes.put(self._table, to_plain(over), _AS_READ, {":read": parent.revision})
        writes.put(self._table, to_plain(child), _ABSENT)
        _commit(writes)
        return child

    def remove(self, moments: Sequence[Moment]) -> None:
        writes = Transaction(_WHAT)
        self.exchange(writes, (), moments)
        _commit(writes)

    def exchange(
        self, writes: Transaction, added: Sequence[Moment], removed: Sequence[Moment]
    ) -> None:
        """As part of a transaction; those to be removed must be as they were read."""
        for moment in added:
            writes.put(self._table, to_plain(moment), _ABSENT)
        for moment in removed:
            key = {"video_id": moment.video_id, "moment_id": moment.moment_id}
            writes.delete(self._table, key, _AS_READ, {":read": moment.revision})


def _next(moment: Moment) -> Moment:
    return replace(moment, revision=moment.revision + 1)


def _commit(writes: Transaction) -> None:
    try:
        writes.commit()
    except ConditionFailedError as error:
        raise StaleWriteError("The moment") from error
