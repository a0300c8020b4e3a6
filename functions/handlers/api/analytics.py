"""…/analytics: how the posts of one segment or video do, of all, or one post"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any
from urllib.parse import unquote

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query
from pydantic import BaseModel

from functions import bootstrap
from functions.domain.analytics.figures import Overview
from functions.domain.ports import SegmentCounters
from functions.domain.posts.post import Platform
from functions.domain.segments.query import SortBy
from functions.domain.times import utc_now
from functions.handlers.api.accepting import TABLES, chosen_format
from functions.handlers.api.models import analytics as models
from functions.handlers.api.request import (
    caller,
    new_router,
    post_lists,
    segment_store,
    settings,
    video_store,
)
from functions.handlers.api.tables import csv_answer, json_answer
from functions.handlers.api.views import analytics as views
from functions.services.posts.analytics import (
    Asked,
    post_analytics,
    segment_analytics,
    user_analytics,
    video_analytics,
)
from functions.services.posts.post_lists import by_hour

router = new_router()
TAGS = ["analytics"]
_DAYS, _HOURLY_DAYS = 28, 7
_MEANING = (
    "`definitions` says what each number means. What is not known is null, never 0. YouTube's "
    "numbers stay apart from those of other platforms unless this installation puts them together. "
    "As CSV it is the series: a row for each time and platform, and one for all together."
)


# A path without a parameter is matched before those with one: no segment is named `analytics`.
@router.get(
    "/api/segments/analytics",
    tags=TAGS,
    operation_id="getAnalytics",
    summary="How the posts of all your segments do, and which segments do best",
    description=f"{_MEANING} With `platform`, best and worst are still of all.",
)
def get_analytics(
    asked: Annotated[models.AnalyticsQuery, Query()],
) -> Response[models.AnalyticsAnswer]:
    kind = chosen_format(router, asked.format, TABLES)
    found = user_analytics(
        caller(router),
        _asked(asked, kind, asked.interval, asked.platform),
        rank_by=SortBy(asked.metric.value),
        top=asked.top,
        segments=segment_store(),
        counters=_counters(),
        now=utc_now(),
    )
    return _answer(kind, found.overview, lambda: views.of_user(found, asked.metric))


@router.get(
    "/api/videos/<video_id>/analytics",
    tags=TAGS,
    operation_id="getVideoAnalytics",
    summary="How the posts of a video's segments do",
    description=_MEANING,
)
def get_video_analytics(
    video_id: str, asked: Annotated[models.OverviewQuery, Query()]
) -> Response[models.VideoAnalyticsAnswer]:
    kind = chosen_format(router, asked.format, TABLES)
    found = video_analytics(
        caller(router),
        video_id,
        _asked(asked, kind, asked.interval, asked.platform),
        videos=video_store(),
        counters=_counters(),
        now=utc_now(),
    )
    return _answer(kind, found, lambda: views.of_video(video_id, found))


@router.get(
    "/api/segments/<segment_id>/analytics",
    tags=TAGS,
    operation_id="getSegmentAnalytics",
    summary="How the posts of one segment do",
    description=_MEANING,
)
def get_segment_analytics(
    segment_id: str, asked: Annotated[models.SegmentAnalyticsQuery, Query()]
) -> Response[models.SegmentAnalyticsAnswer]:
    kind, now = chosen_format(router, asked.format, TABLES), utc_now()
    segment, found = segment_analytics(
        caller(router),
        segment_id,
        _asked(asked, kind, asked.interval, asked.platform),
        segments=segment_store(),
        counters=_counters(),
        now=now,
    )
    if asked.interval is models.FineInterval.HOUR:
        posts = [
            one for one in segment.social_media_usage if asked.platform in {None, one.platform}
        ]
        found = by_hour(found, segment, posts, lists=post_lists(), now=now)
    return _answer(kind, found, lambda: views.of_segment(segment, found))


@router.get(
    "/api/segments/<segment_id>/social-media/<platform>/<post_id>/analytics",
    tags=TAGS,
    operation_id="getPostAnalytics",
    summary="How one post does",
    description=_MEANING,
)
def get_post_analytics(
    segment_id: str,
    platform: str,
    post_id: str,
    asked: Annotated[models.PostAnalyticsQuery, Query()],
) -> Response[models.PostAnalyticsAnswer]:
    kind, now = chosen_format(router, asked.format, TABLES), utc_now()
    segment, post, found = post_analytics(
        caller(router),
        segment_id,
        (unquote(platform), unquote(post_id)),
        _asked(asked, kind, asked.interval),
        segments=segment_store(),
        counters=_counters(),
        now=now,
    )
    if asked.interval is models.FineInterval.HOUR:
        found = by_hour(found, segment, [post], lists=post_lists(), now=now)
    return _answer(kind, found, lambda: views.of_post(segment, post, found))


def _asked(
    asked: models.PeriodQuery,
    kind: str,
    interval: models.Interval | models.FineInterval,
    platform: Platform | None = None,
) -> Asked:
    """A table is a series, whether one was asked for or not."""
    return Asked(
        days=asked.days,
        with_youtube=settings.youtube_combined,
        first=asked.first,
        last=asked.last,
        platform=platform,
        by_day=kind == "csv" or interval.value == models.Interval.DAY.value,
        usual=_HOURLY_DAYS if interval is models.FineInterval.HOUR else _DAYS,
    )


def _answer(kind: str, found: Overview, view: Callable[[], BaseModel]) -> Response[Any]:
    return csv_answer(views.text(found)) if kind == "csv" else json_answer(view())


def _counters() -> SegmentCounters:
    return bootstrap.segment_counters(settings.counters_table)
