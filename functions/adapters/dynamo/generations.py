"""Generations in DynamoDB. Beside them each video has one row, the head, that says which came last
and whether it is open: who writes the head has the video for itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from functions.adapters.dynamo.failures import ConditionFailedError
from functions.adapters.dynamo.moments import DynamoMomentStore
from functions.adapters.dynamo.table import Table
from functions.adapters.dynamo.transaction import Transaction
from functions.domain.codec import from_plain, to_plain
from functions.domain.errors import StaleWriteError
from functions.domain.moments.generation import LOST, Generation, GenerationStatus
from functions.domain.moments.moment import Moment
from functions.domain.paging import Page, Position

_WHAT: Final = "moment generations"
# Sorts before every number.
_HEAD: Final = "!head"
_OPEN: Final = "#status IN (:queued, :running)"
_OPENED: Final[Mapping[str, Any]] = {
    ":queued": GenerationStatus.QUEUED.value,
    ":running": GenerationStatus.RUNNING.value,
}
_STATUS: Final = {"#status": "status"}


class DynamoGenerationStore:
    def __init__(self, table: str, moments: str) -> None:
        self._table = Table(table, _WHAT)
        self._moments = DynamoMomentStore(moments)

    def get(self, video_id: str, generation_id: str) -> Generation | None:
        if generation_id == _HEAD:
            return None
        row = self._table.get(_key(video_id, generation_id))
        return from_plain(Generation, row) if row else None

    def latest(self, video_id: str) -> Generation | None:
        head = self._table.get(_key(video_id, _HEAD))
        return self.get(video_id, str(head["latest"])) if head else None

    def of_video(self, video_id: str, *, limit: int, after: Position | None) -> Page[Generation]:
        rows = self._table.query(
            "video_id = :video AND generation_id > :head",
            {":video": video_id, ":head": _HEAD},
            limit=limit,
            after=after,
            forward=False,
        )
        return Page(tuple(from_plain(Generation, row) for row in rows.items), rows.next)

    def open(self, generation: Generation, before: Generation | None) -> bool:
        writes = Transaction(_WHAT)
        if before is None:
            self._lead(writes, generation, "attribute_not_exists(video_id)", {})
        else:
            named = {":before": before.generation_id, ":was": before.open}
            self._lead(writes, generation, "latest = :before AND #open = :was", named)
            if before.open:
                lost = before.failed(LOST, generation.created_at)
                writes.put(self._table, to_plain(lost), _OPEN, _OPENED, _STATUS)
        writes.put(self._table, to_plain(generation), "attribute_not_exists(generation_id)")
        return _committed(writes)

    def _lead(
        self,
        writes: Transaction,
        generation: Generation,
        condition: str,
        values: Mapping[str, Any],
    ) -> None:
        """The head names the generation from now on, open or over as it is."""
        head = {
            **_key(generation.video_id, _HEAD),
            "latest": generation.generation_id,
            "open": generation.open,
        }
        names = {"#open": "open"} if "#open" in condition else None
        writes.put(self._table, head, condition, values, names)

    def begin(self, generation: Generation) -> bool:
        try:
            self._table.put(to_plain(generation), _OPEN, _OPENED, _STATUS)
        except ConditionFailedError:
            return False
        return True

    def finish(
        self, generation: Generation, added: Sequence[Moment], removed: Sequence[Moment]
    ) -> bool:
        writes = Transaction(_WHAT)
        self._end(writes, generation)
        self._moments.exchange(writes, added, removed)
        if _committed(writes):
            return True
        stored = self.get(generation.video_id, generation.generation_id)
        if stored is not None and stored.open:
            raise StaleWriteError("A moment")
        return False

    def fail(self, generation: Generation) -> bool:
        writes = Transaction(_WHAT)
        self._end(writes, generation)
        return _committed(writes)

    def _end(self, writes: Transaction, generation: Generation) -> None:
        writes.put(self._table, to_plain(generation), _OPEN, _OPENED, _STATUS)
        self._lead(writes, generation, "latest = :id", {":id": generation.generation_id})


def _key(video_id: str, generation_id: str) -> dict[str, str]:
    return {"video_id": video_id, "generation_id": generation_id}


def _committed(writes: Transaction) -> bool:
    try:
        writes.commit()
    except ConditionFailedError:
        return False
    return True
