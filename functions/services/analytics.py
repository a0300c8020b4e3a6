"""How a user's posts do: from kept sums and days, whatever the number of segments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from functions.domain.analytics import Overview, last_days, overview, sums_by_platform
from functions.domain.counts import SegmentCounts
from functions.domain.ports import SegmentCounters, SegmentStore
from functions.domain.segment import Segment
from functions.domain.segment_query import SegmentQuery, SortBy
from functions.services.ownership import Caller, own_segment


@dataclass(frozen=True, slots=True)
class Asked:
    """The last `days` up to today; YouTube's numbers put together with others, or not."""

    days: int
    with_youtube: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class UserAnalytics:
    """`best` and `worst` hold segments of which the number is known, and may overlap."""

    overview: Overview
    counts: SegmentCounts
    best: tuple[Segment, ...]
    worst: tuple[Segment, ...]


def segment_analytics(
    caller: Caller,
    segment_id: str,
    asked: Asked,
    *,
    segments: SegmentStore,
    counters: SegmentCounters,
    now: datetime,
) -> tuple[Segment, Overview]:
    """Raises NotFoundError."""
    segment = own_segment(caller, segments, segment_id)
    period = last_days(now.astimezone(UTC).date(), asked.days)
    days = counters.segment_days(segment.segment_id, period.before().first, period.last)
    sums = sums_by_platform(segment.social_media_usage)
    return segment, overview(sums, days, period, with_youtube=asked.with_youtube)


def user_analytics(
    caller: Caller,
    asked: Asked,
    *,
    rank_by: SortBy,
    top: int,
    segments: SegmentStore,
    counters: SegmentCounters,
    now: datetime,
) -> UserAnalytics:
    """Across all of the caller's segments."""
    period = last_days(now.astimezone(UTC).date(), asked.days)
    days = counters.user_days(caller.user_id, period.before().first, period.last)
    sums = counters.sums(caller.user_id)

    def ranked(*, descending: bool) -> tuple[Segment, ...]:
        query = SegmentQuery(user_id=caller.user_id, sort_by=rank_by, descending=descending)
        page = segments.search(query, limit=top, after=None)
        return _known(page.items, rank_by)

    return UserAnalytics(
        overview=overview(sums, days, period, with_youtube=asked.with_youtube),
        counts=counters.of_user(caller.user_id),
        best=ranked(descending=True),
        worst=ranked(descending=False),
    )


def _known(found: Sequence[Segment], rank_by: SortBy) -> tuple[Segment, ...]:
    return tuple(segment for segment in found if getattr(segment, rank_by.value) is not None)
