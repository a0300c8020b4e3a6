"""Segments in DynamoDB."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from functions.adapters.dynamo.table import ConditionFailedError, Table
from functions.domain.codec import from_plain, to_plain
from functions.domain.paging import Page, Position
from functions.domain.segment import Segment, SegmentType, segment_id_of

BY_ORDER = "video_id-segment_order-index"


class DynamoSegmentStore:
    def __init__(self, table: str) -> None:
        self._table = Table(table, "segments")

    def get(self, segment_id: str) -> Segment | None:
        row = self._table.get({"segment_id": segment_id})
        return _segment(row) if row else None

    def add(self, segments: Sequence[Segment]) -> None:
        for segment in segments:
            row = {**to_plain(segment), "segment_order": segment.order}
            try:
                self._table.put(row, "attribute_not_exists(segment_id)")
            except ConditionFailedError:
                continue

    def of_video(
        self, video_id: str, kind: SegmentType | None, *, limit: int, after: Position | None
    ) -> Page[Segment]:
        condition, values = "video_id = :video", {":video": video_id}
        if kind:
            condition += " AND begins_with(segment_order, :kind)"
            values[":kind"] = f"{kind}#"
        rows, last = self._table.query(condition, values, limit=limit, index=BY_ORDER, after=after)
        return Page(tuple(_segment(row) for row in rows), last)

    def all_of(self, video_id: str, kind: SegmentType) -> Iterator[Segment]:
        after: Position | None = None
        while True:
            page = self.of_video(video_id, kind, limit=500, after=after)
            yield from page.items
            after = page.next
            if after is None:
                return

    def of_plan(
        self, video_id: str, plan_id: str, kind: SegmentType, numbers: Sequence[int]
    ) -> list[Segment]:
        """By derived ids, from the table itself: an index may lag behind."""
        ids = [segment_id_of(video_id, plan_id, kind, number) for number in numbers]
        rows = self._table.get_many([{"segment_id": segment_id} for segment_id in ids])
        return sorted((_segment(row) for row in rows), key=lambda row: row.segment_number)


def _segment(row: Mapping[str, Any]) -> Segment:
    return from_plain(Segment, row)
