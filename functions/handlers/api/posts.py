"""/api/social/posts, /api/social/best-times and /api/social/definitions"""

from __future__ import annotations

from dataclasses import replace
from datetime import tzinfo
from typing import Annotated, Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions import bootstrap
from functions.domain.analytics.period import AskedDays
from functions.domain.errors import FieldError
from functions.domain.posts.query import PostSort
from functions.domain.segments.query import SortOrder
from functions.domain.times import utc_now
from functions.handlers.api.accepting import TABLES, chosen_format
from functions.handlers.api.models import posts as models
from functions.handlers.api.request import (
    caller,
    cursor_secret,
    new_router,
    post_lists,
    segment_store,
    settings,
    video_store,
)
from functions.handlers.api.tables import csv_answer, json_answer, page_after
from functions.handlers.api.views import posts as views
from functions.runtime import cursor as cursors
from functions.runtime import problem
from functions.services.ownership import own_segment, own_video
from functions.services.posts.post_lists import AskedPosts, when_posts_do_best

router = new_router()
TAGS = ["analytics"]
_BEST_DAYS = 90


@router.get(
    "/api/social/posts",
    tags=TAGS,
    operation_id="listPosts",
    summary="Your posts, the best first",
    description=(
        "Ranked by views or by the engagement rate as they are now, or by the time of posting. "
        "With a period, those that were posted in it. Pages are full unless `partial` says that "
        "the call's read budget was spent; then go on with `next_cursor`, or the link `next`."
    ),
)
def list_posts(asked: Annotated[models.PostFilters, Query()]) -> Response[models.PostList]:
    kind, who = chosen_format(router, asked.format, TABLES), caller(router)
    meant = _meant(asked, asked.sort_by, descending=asked.sort_order is SortOrder.DESC)
    if asked.video_id is not None:
        own_video(who, video_store(), asked.video_id)
    if asked.segment_id is not None:
        own_segment(who, segment_store(), asked.segment_id)
    meant = replace(meant, video_id=asked.video_id, segment_id=asked.segment_id)
    query = meant.query(who, utc_now())
    # Of a period that is counted back from today the days move on between two pages.
    scope: dict[str, Any] = {"list": "posts", "user": who.user_id, "asked": meant}
    after = cursors.verify(asked.cursor, scope, cursor_secret())
    page = post_lists().search(query, limit=asked.limit, after=after)
    cursor = cursors.sign(page.next, scope, cursor_secret())
    if kind == "csv":
        return csv_answer(views.text(page.items), page_after(router, cursor))
    found = views.page(page, meant.apart, cursor)
    return json_answer(found, page_after(router, cursor))


@router.get(
    "/api/social/best-times",
    tags=TAGS,
    operation_id="getBestTimes",
    summary="When your posts do best, by weekday and hour where you are",
    description=(
        "Of posts that were posted in the period, days and hours by the clock of `time_zone`. "
        "`enough` is false, and no time is named, where there are too few to say anything."
    ),
)
def get_best_times(asked: Annotated[models.BestTimesQuery, Query()]) -> models.BestTimesAnswer:
    zone = _zone(asked.time_zone)
    meant = replace(_meant(asked, PostSort(asked.metric.value)), video_id=asked.video_id)
    if asked.video_id is not None:
        own_video(caller(router), video_store(), asked.video_id)
    now = utc_now()
    period, found, whole = when_posts_do_best(
        caller(router), meant, zone, lists=post_lists(), now=now
    )
    return views.best_times(asked, period, found, whole=whole, combined=settings.youtube_combined)


@router.get(
    "/api/social/definitions",
    tags=TAGS,
    operation_id="getDefinitions",
    summary="What all numbers of posts mean, and the columns of tables",
)
def get_definitions() -> models.DefinitionsAnswer:
    return models.DefinitionsAnswer()


def _meant(
    asked: models.PostFilters | models.BestTimesQuery, sort_by: PostSort, descending: bool = True
) -> AskedPosts:
    return AskedPosts(
        days=AskedDays(days=asked.days, first=asked.first, last=asked.last, usual=_BEST_DAYS),
        platform=asked.platform,
        sort_by=sort_by,
        descending=descending,
        with_youtube=settings.youtube_combined,
    )


def _zone(name: str) -> tzinfo:
    """Raises InvalidInputError."""
    zone = bootstrap.time_zone(name)
    if zone is None:
        says = "This is no IANA name of a time zone; one is Europe/Berlin."
        raise problem.invalid([FieldError("/time_zone", "unknown_time_zone", says)])
    return zone
