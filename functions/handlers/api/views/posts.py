"""Lists of posts, and the best times."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from functions.domain.analytics.best_times import BestTimes, Slot
from functions.domain.analytics.csv_text import Cell, table
from functions.domain.analytics.period import Period
from functions.domain.paging import Page
from functions.domain.posts.post import METRICS, Platform
from functions.domain.posts.query import PostedPost
from functions.handlers.api.models import posts as models
from functions.handlers.api.views import segments as segment_views
from functions.handlers.api.views.analytics import period as period_view

_PARTS: Final = ("", "_state", "_as_of", "_source")
TABLE: Final = (
    "platform",
    "post_id",
    "post_url",
    "posted_at",
    "segment_id",
    "video_id",
    "engagement_rate",
    *(f"{metric}{part}" for metric in METRICS for part in _PARTS),
)


def page(item: Page[PostedPost], apart: Iterable[Platform], cursor: str | None) -> models.PostList:
    return models.PostList(
        apart=sorted(apart),
        items=[
            models.ListedPost(
                segment_id=one.segment_id,
                video_id=one.video_id,
                post=segment_views.post(one.post),
            )
            for one in item.items
        ],
        next_cursor=cursor,
        partial=item.cut_short,
    )


def text(items: Sequence[PostedPost]) -> str:
    """A row for each post; an empty number is not known, and its state says why."""
    return table(TABLE, map(_row, items))


def _row(one: PostedPost) -> list[Cell]:
    shown = segment_views.post(one.post)
    row: list[Cell] = [
        shown.platform.value,
        shown.post_id,
        shown.post_url,
        shown.posted_at,
        one.segment_id,
        one.video_id,
        shown.engagement_rate,
    ]
    for metric in METRICS:
        number = one.post.number(metric)
        row += [number.value, number.state.value, number.at, number.source]
    return row


def best_times(
    asked: models.BestTimesQuery, over: Period, item: BestTimes, *, whole: bool, combined: bool
) -> models.BestTimesAnswer:
    return models.BestTimesAnswer(
        time_zone=asked.time_zone,
        metric=asked.metric,
        period=period_view(over),
        platform=asked.platform,
        apart=[] if combined else [Platform.YOUTUBE],
        enough=item.is_enough,
        whole=whole,
        posts=item.posts,
        left_out=dict(item.left_out),
        first_posted=item.first_posted,
        last_posted=item.last_posted,
        best=_slots(item.best),
        slots=_slots(item.slots),
        weekdays=_slots(item.weekdays),
        hours=_slots(item.hours),
    )


def _slots(items: Iterable[Slot]) -> list[models.TimeAnswer]:
    return [
        models.TimeAnswer(weekday=one.weekday, hour=one.hour, posts=one.posts, index=one.index)
        for one in items
    ]
