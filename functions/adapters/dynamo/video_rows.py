"""Rows of one kind that belong to a video, by its id as their partition or in an index."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from functions.adapters.dynamo.counter_rows import video as counted_video
from functions.adapters.dynamo.removal import AT_ONCE, CountedRemoval
from functions.adapters.dynamo.table import Table
from functions.domain.deletions.deletion import Deletion
from functions.domain.paging import Page, Position
from functions.domain.video import Video


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """Where they are: `owner` makes the partition's key of a video. Those of no `kind` are not
    told of on the receipt, nor are those whose sort key begins with a mark of ours, `!`."""

    table: str
    what: str
    partition: str
    sort: str
    owner: Callable[[Video], str]
    kind: str | None


class PartitionRows:
    def __init__(self, receipts: str, place: Partition) -> None:
        self._place, self._table = place, Table(place.table, place.what)
        self._removal = CountedRemoval(Table(receipts, "deletions"))

    def page(self, video: Video, after: Position | None) -> Page[Mapping[str, Any]]:
        rows = self._table.query(
            f"{self._place.partition} = :owner",
            {":owner": self._place.owner(video)},
            limit=AT_ONCE,
            after=after,
            consistent=True,
        )
        return Page(tuple(rows.items), rows.next)

    def remove(self, deletion: Deletion, rows: Sequence[Mapping[str, Any]]) -> int:
        names = (self._place.partition, self._place.sort)
        keys = [{name: row[name] for name in names} for row in rows]
        ours = [key for key in keys if key[self._place.sort].startswith("!")]
        told = [key for key in keys if key not in ours]
        removed = self._removal.remove(deletion, self._place.kind, self._table, told)
        return removed + self._removal.remove(deletion, None, self._table, ours)


@dataclass(frozen=True, slots=True, kw_only=True)
class Indexed:
    """Where an index leads to them by the video's id; `key` is the table's own. The index may lag
    behind: what it shows is tried."""

    table: str
    what: str
    index: str
    key: str
    kind: str


class IndexedRows:
    def __init__(self, receipts: str, place: Indexed) -> None:
        self._place, self._table = place, Table(place.table, place.what)
        self._removal = CountedRemoval(Table(receipts, "deletions"))

    def page(self, video: Video, after: Position | None) -> Page[Mapping[str, Any]]:
        """What the index holds of each."""
        rows = self._table.query(
            "video_id = :video",
            {":video": video.video_id},
            limit=AT_ONCE,
            index=self._place.index,
            after=after,
        )
        return Page(tuple(rows.items), rows.next)

    def remove(self, deletion: Deletion, rows: Sequence[Mapping[str, Any]]) -> int:
        keys = [{self._place.key: row[self._place.key]} for row in rows]
        return self._removal.remove(deletion, self._place.kind, self._table, keys)


def of_video(table: str, what: str, sort: str, kind: str) -> Partition:
    """Rows of a table whose partition is a video's id."""
    return Partition(
        table=table,
        what=what,
        partition="video_id",
        sort=sort,
        owner=lambda video: video.video_id,
        kind=kind,
    )


def counters_of_video(table: str) -> Partition:
    """What counts a video's segments."""
    return Partition(
        table=table,
        what="counters",
        partition="counter_of",
        sort="counter_name",
        owner=lambda video: counted_video(video.video_id),
        kind=None,
    )
