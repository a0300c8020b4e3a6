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

    def numbers(self, video_id: str, plan_id: str, among: Sequence[int]) -> set[int]:
        """By derived ids, from the table itself: an index may lag behind."""
        keys = [
            {"segment_id": segment_id_of(video_id, plan_id, SegmentType.PROCESSED, number)}
            for number in among
        ]
        return {int(row["segment_number"]) for row in self._table.get_many(keys)}


def _segment(row: Mapping[str, Any]) -> Segment:
    return from_plain(Segment, row)
