"""Segments in memory. Services write here from several threads."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

from functions.domain.codec import from_plain, to_plain
from functions.domain.paging import Page, Position
from functions.domain.segment import Segment, SegmentType, segment_id_of


class FakeSegmentStore:
    """`writes` counts rows that were written; a repeated write is none."""

    def __init__(self) -> None:
        self._rows: dict[str, Segment] = {}
        self._lock = threading.Lock()
        self.writes = 0

    def get(self, segment_id: str) -> Segment | None:
        with self._lock:
            return self._rows.get(segment_id)

    def add(self, segments: Sequence[Segment]) -> None:
        for segment in segments:
            with self._lock:
                if segment.segment_id not in self._rows:
                    # Through the codec, so that only what can be stored comes back.
                    self._rows[segment.segment_id] = from_plain(Segment, to_plain(segment))
                    self.writes += 1

    def of_video(
        self, video_id: str, kind: SegmentType | None, *, limit: int, after: Position | None
    ) -> Page[Segment]:
        found = self._ordered(video_id, kind)
        if after is not None:
            place = (after["segment_order"], after["segment_id"])
            found = [segment for segment in found if _place(segment) > place]
        shown = found[:limit]
        more = len(found) > len(shown)
        return Page(tuple(shown), _position(shown[-1]) if more else None)

    def all_of(self, video_id: str, kind: SegmentType) -> Iterator[Segment]:
        yield from self._ordered(video_id, kind)

    def of_plan(
        self, video_id: str, plan_id: str, kind: SegmentType, numbers: Sequence[int]
    ) -> list[Segment]:
        ids = [segment_id_of(video_id, plan_id, kind, number) for number in sorted(numbers)]
        with self._lock:
            return [self._rows[segment_id] for segment_id in ids if segment_id in self._rows]

    def _ordered(self, video_id: str, kind: SegmentType | None) -> list[Segment]:
        with self._lock:
            rows = [row for row in self._rows.values() if row.video_id == video_id]
        return sorted((r for r in rows if kind in {None, r.segment_type}), key=_place)

    def all(self) -> list[Segment]:
        with self._lock:
            return list(self._rows.values())


def _place(segment: Segment) -> tuple[str, str]:
    return segment.order, segment.segment_id


def _position(segment: Segment) -> Position:
    return {
        "video_id": segment.video_id,
        "segment_order": segment.order,
        "segment_id": segment.segment_id,
    }
