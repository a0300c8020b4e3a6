"""How a user's posts do: from kept sums and days, whatever the number of segments.

What is read: two stretches of rows of one partition, which hold the sums of up to five platforms,
and for each day from the first of the period before up to today one row of each platform of which a
number changed then. A post or a segment takes its segment's row instead of the sums.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from functions.domain.analytics.figures import Overview
from functions.domain.analytics.period import AskedDays
from functions.domain.analytics.sums import overview, sums_by_platform
from functions.domain.errors import NotFoundError
from functions.domain.ports import SegmentCounters, SegmentStore, VideoStore
from functions.domain.posts.history import Gain, PlatformSums
from functions.domain.posts.post import Platform, Post
from functions.domain.segments.counts import SegmentCounts
from functions.domain.segments.query import SegmentQuery, SortBy
from functions.domain.segments.segment import Segment
from functions.services.ownership import Caller, own_segment, own_video

Days = Callable[[date, date], Sequence[Gain]]


@dataclass(frozen=True, slots=True)
class Asked:
    """The last `days` up to today, or `first` to `last`, or the last `usual`; of one platform, or
    of all; YouTube's numbers put together with others, or not."""

    days: int | None
    with_youtube: bool
    first: date | None = None
    last: date | None = None
    platform: Platform | None = None
    by_day: bool = False
    usual: int = 28


@dataclass(frozen=True, slots=True, kw_only=True)
class UserAnalytics:
    """`best` and `worst` hold segments of which the number is known, and may overlap."""

    overview: Overview
    counts: SegmentCounts
    best: tuple[Segment, ...]
    worst: tuple[Segment, ...]


def post_analytics(
    caller: Caller,
    segment_id: str,
    key: tuple[str, str],
    asked: Asked,
    *,
    segments: SegmentStore,
    counters: SegmentCounters,
    now: datetime,
) -> tuple[Segment, Post, Overview]:
    """Of the post with this platform and id. Raises NotFoundError, InvalidInputError."""
    segment = own_segment(caller, segments, segment_id)
    post = own_post(segment, key)
    found = _overview(
        asked,
        sums_by_platform([post]),
        lambda first, last: counters.post_days(segment.segment_id, post, first, last),
        now,
    )
    return segment, post, found


def own_post(segment: Segment, key: tuple[str, str]) -> Post:
    """Raises NotFoundError."""
    for post in segment.social_media_usage:
        if (post.platform.value, post.post_id) == key:
            return post
    raise NotFoundError("post.not_found", "The segment has no such post.")


def segment_analytics(
    caller: Caller,
    segment_id: str,
    asked: Asked,
    *,
    segments: SegmentStore,
    counters: SegmentCounters,
    now: datetime,
) -> tuple[Segment, Overview]:
    """Raises NotFoundError, InvalidInputError."""
    segment = own_segment(caller, segments, segment_id)
    found = _overview(
        asked,
        sums_by_platform(segment.social_media_usage),
        lambda first, last: counters.segment_days(segment.segment_id, first, last),
        now,
    )
    return segment, found


def video_analytics(
    caller: Caller,
    video_id: str,
    asked: Asked,
    *,
    videos: VideoStore,
    counters: SegmentCounters,
    now: datetime,
) -> Overview:
    """Of all its segments' posts. Raises NotFoundError, InvalidInputError."""
    video = own_video(caller, videos, video_id)
    return _overview(
        asked,
        counters.video_sums(video.video_id),
        lambda first, last: counters.video_days(video.video_id, first, last),
        now,
    )


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
    """Across all of the caller's segments. Raises InvalidInputError."""
    found = _overview(
        asked,
        counters.sums(caller.user_id),
        lambda first, last: counters.user_days(caller.user_id, first, last),
        now,
    )

    def ranked(*, descending: bool) -> tuple[Segment, ...]:
        query = SegmentQuery(user_id=caller.user_id, sort_by=rank_by, descending=descending)
        page = segments.search(query, limit=top, after=None)
        return _known(page.items, rank_by)

    return UserAnalytics(
        overview=found,
        counts=counters.of_user(caller.user_id),
        best=ranked(descending=True),
        worst=ranked(descending=False),
    )


def _overview(asked: Asked, sums: Iterable[PlatformSums], days: Days, now: datetime) -> Overview:
    today = now.astimezone(UTC).date()
    days_asked = AskedDays(days=asked.days, first=asked.first, last=asked.last, usual=asked.usual)
    period = days_asked.period(today)
    gains = days(period.before().first, max(period.last, today))
    return overview(
        [one for one in sums if asked.platform in {None, one.platform}],
        [one for one in gains if asked.platform in {None, one.platform}],
        period,
        with_youtube=asked.with_youtube,
        today=today,
        by_day=asked.by_day,
    )


def _known(found: Sequence[Segment], rank_by: SortBy) -> tuple[Segment, ...]:
    return tuple(segment for segment in found if getattr(segment, rank_by.value) is not None)
