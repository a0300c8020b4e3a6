"""A user's posts: the best of them, how they grew by hour, and when they do best."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Final

from functions.domain.analytics import hours
from functions.domain.analytics.best_times import BestTimes, best_times, bounds, local_day
from functions.domain.analytics.figures import Numbers, Overview
from functions.domain.analytics.period import AskedDays, Period
from functions.domain.errors import FieldError, InvalidInputError
from functions.domain.paging import Page, Position
from functions.domain.posts.post import Platform, Post
from functions.domain.posts.query import PostedPost, PostLists, PostQuery, PostSort
from functions.domain.segments.segment import Segment
from functions.services.ownership import Caller

MOST_POSTS: Final = 5_000
"""So many of the newest decide about the best times: at most 5 MB of rows, and some 300 read units
with rows of half a KB."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedPosts:
    """What of a user's posts is asked for; neither `days` nor both ends is all of time."""

    days: AskedDays
    platform: Platform | None = None
    video_id: str | None = None
    segment_id: str | None = None
    sort_by: PostSort = PostSort.VIEWS
    descending: bool = True
    with_youtube: bool = False

    @property
    def apart(self) -> frozenset[Platform]:
        """YouTube's own numbers alone are no ranking with others; our rate of them would be."""
        alone = self.platform is Platform.YOUTUBE and self.sort_by is not PostSort.ENGAGEMENT_RATE
        plain = self.sort_by is PostSort.POSTED_AT
        return frozenset() if self.with_youtube or alone or plain else frozenset({Platform.YOUTUBE})

    def query(self, caller: Caller, now: datetime) -> PostQuery:
        """Raises InvalidInputError."""
        asked = self.days
        period = None
        if asked.days is not None or asked.first is not None or asked.last is not None:
            period = asked.period(now.astimezone(UTC).date())
        return PostQuery(
            user_id=caller.user_id,
            sort_by=self.sort_by,
            descending=self.descending,
            platform=self.platform,
            video_id=self.video_id,
            segment_id=self.segment_id,
            posted_from=_midnight(period.first) if period else None,
            posted_before=_midnight(period.last + timedelta(days=1)) if period else None,
            apart=self.apart,
        )


def list_posts(
    query: PostQuery, *, lists: PostLists, limit: int, after: Position | None
) -> Page[PostedPost]:
    """One page: a single stretch of an index is read, within a budget."""
    return lists.search(query, limit=limit, after=after)


def when_posts_do_best(
    caller: Caller,
    asked: AskedPosts,
    zone: tzinfo,
    *,
    lists: PostLists,
    now: datetime,
) -> tuple[Period, BestTimes, bool]:
    """Of local days: the period, what is found, and whether it rests on all posts of the period.
    Raises InvalidInputError."""
    period = asked.days.period(local_day(now, zone))
    start, end = bounds(period, zone)
    some = lists.newest(caller.user_id, start, end, MOST_POSTS)
    posts = [one for one in some.posts if _is_meant(one, asked, period, zone)]
    apart = frozenset() if asked.with_youtube else frozenset({Platform.YOUTUBE})
    return period, best_times(posts, asked.sort_by, zone, now, apart), some.whole


def _is_meant(one: PostedPost, asked: AskedPosts, days: Period, zone: tzinfo) -> bool:
    at = one.post.posted_at
    return (
        at is not None
        and asked.platform in {None, one.post.platform}
        and asked.video_id in {None, one.video_id}
        and days.holds(local_day(at, zone))
    )


def by_hour(
    found: Overview, segment: Segment, posts: Sequence[Post], *, lists: PostLists, now: datetime
) -> Overview:
    """The overview of some posts of a segment with series by hour: up to twenty posts, each by one
    stretch of its snapshots. Raises InvalidInputError."""
    _require_fine(found.period, now)
    start, count = _midnight(found.period.first), 24 * found.period.days
    end = start + count * hours.HOUR
    series: dict[Platform, list[hours.Hours]] = {}
    for post in posts:
        history = lists.snapshots(segment.segment_id, post, start, end)
        series.setdefault(post.platform, []).append(hours.by_hour(history, start, count))
    platforms = {platform: hours.together(some) for platform, some in series.items()}
    together = [one for platform, one in platforms.items() if platform not in found.apart]
    return replace(
        found,
        totals=replace(found.totals, series=hours.together(together)),
        platforms=tuple(_with_series(one, platforms) for one in found.platforms),
    )


def _with_series(numbers: Numbers, platforms: Mapping[Platform, hours.Hours]) -> Numbers:
    return replace(numbers, series=platforms.get(numbers.platforms[0], {}))


def _require_fine(period: Period, now: datetime) -> None:
    """Raises InvalidInputError."""
    oldest = now.astimezone(UTC).date() - timedelta(days=hours.FARTHEST)
    says = None
    if period.days > hours.LONGEST:
        says = f"By hour, {hours.LONGEST} days are told at once; ask for fewer, or by day."
    elif period.first < oldest:
        says = f"By hour, the last {hours.FARTHEST} days are told; ask by day."
    if says:
        fields = (FieldError("/interval", "too_fine", says),)
        raise InvalidInputError("request.invalid", says, fields=fields)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
