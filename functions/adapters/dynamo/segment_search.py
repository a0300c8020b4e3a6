"""Reading a list of segments: pages are filled, and one call reads no more than its budget."""

from __future__ import annotations

from typing import Any, Final

from functions.adapters.dynamo.segment_paths import Path, Span, path_of, prefilter
from functions.adapters.dynamo.segment_rows import from_row, sort_key
from functions.adapters.dynamo.table import Rows, Table
from functions.domain.paging import Page, Position
from functions.domain.segments.query import SegmentQuery
from functions.domain.segments.segment import Segment

READ_BUDGET: Final = 1_000
"""Rows that one call reads at the most; with rows of 1 KB, 125 read units."""

UNIT_BUDGET: Final = 250.0
"""Read units of one call, where rows are large; one request may pass it by 128 at the most."""

SMALL_VIDEO: Final = READ_BUDGET // 2
"""A video with no more segments is read whole and sorted: less than to look for them among all."""

WHOLE: Final = "whole"
"""Marks the positions in a video that is read whole."""

BY_VIDEO: Final = "video_id-segment_order-index"
_CHUNK: Final = 400


class Walk:
    """One call's way along an index: what was found, what was read, and where it stands."""

    def __init__(
        self, table: Table, query: SegmentQuery, limit: int, hidden: frozenset[str]
    ) -> None:
        self._table, self._query, self._limit = table, query, limit
        self._hidden = hidden
        self._path = path_of(query)
        self._only = prefilter(query, self._path)
        self._found: list[Segment] = []
        self._read, self._units = 0, 0.0

    def page(self, after: Position | None) -> Page[Segment]:
        """Go on from a position until the page is full, the budget is spent or the end is there."""
        spans = _left(self._path, after)
        for at, span in enumerate(spans):
            position = after if at == 0 else None
            while True:
                rows = self._next(span, position)
                position = rows.next
                last = position is None and at == len(spans) - 1
                if len(self._found) > self._limit or (len(self._found) == self._limit and not last):
                    return self._full()
                if position is None:
                    break
                if self._read >= READ_BUDGET or self._units >= UNIT_BUDGET:
                    return Page(tuple(self._found), position, cut_short=True)
        return Page(tuple(self._found), None)

    def _full(self) -> Page[Segment]:
        shown = tuple(self._found[: self._limit])
        return Page(shown, self._path.after(shown[-1]))

    def _next(self, span: Span, position: Position | None) -> Rows:
        condition, values = self._path.condition(span)
        rows = self._table.query(
            condition,
            values,
            limit=self._chunk(),
            index=self._path.index,
            after=position,
            forward=not self._query.descending,
            only=self._only,
        )
        self._read += rows.read
        self._units += rows.units
        segments = map(from_row, rows.items)
        self._found += [segment for segment in segments if self._shows(segment)]
        return rows

    def _shows(self, segment: Segment) -> bool:
        return self._query.matches(segment) and segment.video_id not in self._hidden

    def _chunk(self) -> int:
        """One row more than the page takes; where rows are passed over, more with every look."""
        wanted = self._limit + 1 - len(self._found)
        if not self._query.filtered and not self._hidden:
            return wanted
        return min(max(wanted, self._read), _CHUNK, max(READ_BUDGET - self._read, 1))


def _left(path: Path, after: Position | None) -> tuple[Span, ...]:
    """The spans from a position on."""
    if after is None:
        return path.spans
    key: Any = after[path.attribute]
    at = next((at for at, span in enumerate(path.spans) if span.holds(key)), len(path.spans))
    return path.spans[at:]


def video_page(
    table: Table, query: SegmentQuery, *, limit: int, after: Position | None
) -> Page[Segment]:
    """A page of one small video: all of it is read, so what is sorted is never a part."""
    path = path_of(query)
    rows = [from_row(row) for row in _whole_video(table, str(query.video_id))]
    marked = [
        ((sort_key(segment, query.sort_by), segment.segment_id), segment)
        for segment in rows
        if query.matches(segment)
    ]
    found: list[Segment] = []
    for at, span in enumerate(_left(path, after)):
        inside = [pair for pair in marked if span.holds(pair[0][0])]
        if at == 0 and after is not None:
            inside = [pair for pair in inside if _beyond(pair[0], path, after, query.descending)]
        inside.sort(key=lambda pair: pair[0], reverse=query.descending)
        found += [segment for _, segment in inside]
    shown = tuple(found[:limit])
    position = {**path.after(shown[-1]), WHOLE: 1} if len(found) > limit else None
    return Page(shown, position)


def _beyond(mark: Any, path: Path, after: Position, descending: bool) -> bool:
    place = (after[path.attribute], after["segment_id"])
    return bool(mark < place if descending else mark > place)


def _whole_video(table: Table, video_id: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    after: Position | None = None
    while True:
        page = table.query("video_id = :video", {":video": video_id}, index=BY_VIDEO, after=after)
        rows += page.items
        after = page.next
        if after is None:
            return rows
