"""Which index serves a query, and which part of it: a sort order is always an index's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from functions.adapters.dynamo.segment_rows import (
    FIRST_KNOWN,
    SORT_KEYS,
    UNKNOWN_NUMBER,
    UNKNOWN_TITLE,
    Key,
    sort_key,
)
from functions.adapters.dynamo.table import Filter
from functions.domain.paging import Position
from functions.domain.segments.query import SegmentQuery, SortBy
from functions.domain.segments.segment import Segment
from functions.domain.times import to_iso

BY_TYPE: Final = "user_id-segment_type-index"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of an index, both bounds included; None is open."""

    low: Key | None = None
    high: Key | None = None

    def holds(self, key: Any) -> bool:
        return (self.low is None or key >= self.low) and (self.high is None or key <= self.high)

    @property
    def empty(self) -> bool:
        low: Any = self.low
        return low is not None and self.high is not None and low > self.high


@dataclass(frozen=True, slots=True, kw_only=True)
class Path:
    """An index, the fixed part of its keys, and the spans to walk one after the other."""

    index: str
    fixed: Mapping[str, str]
    sort: SortBy
    spans: tuple[Span, ...]

    @property
    def attribute(self) -> str:
        return SORT_KEYS[self.sort]

    def condition(self, span: Span) -> tuple[str, dict[str, Any]]:
        """A key condition and its values."""
        parts = [f"{name} = :{name}" for name in self.fixed]
        values: dict[str, Any] = {f":{name}": value for name, value in self.fixed.items()}
        if span.low is not None and span.high is not None:
            parts.append(f"{self.attribute} BETWEEN :low AND :high")
        elif span.low is not None:
            parts.append(f"{self.attribute} >= :low")
        elif span.high is not None:
            parts.append(f"{self.attribute} <= :high")
        bounds = {":low": span.low, ":high": span.high}
        values |= {name: bound for name, bound in bounds.items() if bound is not None}
        return " AND ".join(parts), values

    def after(self, segment: Segment) -> Position:
        """The position behind a segment."""
        key = {self.attribute: sort_key(segment, self.sort)}
        return {**self.fixed, **key, "segment_id": segment.segment_id}


def path_of(query: SegmentQuery) -> Path:
    """The newest of one type have an index of their own; else the sort order's index."""
    fixed = {"user_id": query.user_id}
    index = f"user_id-{query.sort_by}-index"
    if query.segment_type and query.sort_by is SortBy.CREATED_AT:
        fixed["segment_type"] = query.segment_type.value
        index = BY_TYPE
    spans = tuple(span for span in _spans(query) if not span.empty)
    return Path(index=index, fixed=fixed, sort=query.sort_by, spans=spans)


def _spans(query: SegmentQuery) -> tuple[Span, ...]:
    """What is known comes first whichever way the order runs, and what is not comes last."""
    created = _created(query)
    if created.empty or query.sort_by is SortBy.CREATED_AT:
        return (created,)
    first = FIRST_KNOWN[query.sort_by]
    if first is None:
        return (Span(),)
    if query.sort_by is SortBy.DURATION and query.lasting:
        return (Span(low=query.min_duration or 0, high=query.max_duration),)
    unknown = UNKNOWN_TITLE if isinstance(first, str) else UNKNOWN_NUMBER
    return Span(low=first), Span(low=unknown, high=unknown)


def _created(query: SegmentQuery) -> Span:
    after, before = query.created_after, query.created_before
    return Span(
        low=to_iso(after) if after else None,
        high=to_iso(before - timedelta(microseconds=1)) if before else None,
    )


def prefilter(query: SegmentQuery, path: Path) -> Filter | None:
    """What the engine can pass over itself; the rest, and all of it again, is checked by us."""
    wanted: dict[str, tuple[str, Any]] = {
        "segment_type": ("=", query.segment_type and query.segment_type.value),
        "video_id": ("=", query.video_id),
        "sort_duration": (">=", query.min_duration),
        "created_at": (">=", query.created_after and to_iso(query.created_after)),
    }
    keys = {*path.fixed, path.attribute}
    parts, values = [], {}
    for name, (sign, value) in wanted.items():
        if value is not None and name not in keys:
            parts.append(f"{name} {sign} :f_{name}")
            values[f":f_{name}"] = value
    if (query.has_social_media or query.platform) and "sort_views" not in keys:
        parts.append("attribute_exists(social_media_usage[0])")
    return Filter(" AND ".join(parts), values) if parts else None
