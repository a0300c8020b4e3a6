"""…/analytics: how the posts of one segment do, or of all"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from functions import bootstrap
from functions.domain.ports import SegmentCounters
from functions.domain.segment_query import SortBy
from functions.domain.times import utc_now
from functions.handlers.api.models import analytics as models
from functions.handlers.api.request import caller, new_router, segment_store, settings
from functions.handlers.api.views import analytics as views
from functions.services.analytics import Asked, segment_analytics, user_analytics

router = new_router()
TAGS = ["segments"]
_MEANING = (
    "`definitions` says what each number means. What is not known is null, never 0. YouTube's "
    "numbers stay apart from those of other platforms unless this installation puts them together."
)


# A path without a parameter is matched before those with one: no segment is named `analytics`.
@router.get(
    "/api/segments/analytics",
    tags=TAGS,
    operation_id="getAnalytics",
    summary="How the posts of all your segments do, and which segments do best",
    description=_MEANING,
)
def get_analytics(
    asked: Annotated[models.AnalyticsQuery, Query()],
) -> models.AnalyticsAnswer:
    found = user_analytics(
        caller(router),
        Asked(asked.days, settings.youtube_combined),
        rank_by=SortBy(asked.metric.value),
        top=asked.top,
        segments=segment_store(),
        counters=_counters(),
        now=utc_now(),
    )
    return views.of_user(found, asked.metric)


@router.get(
    "/api/segments/<segment_id>/analytics",
    tags=TAGS,
    operation_id="getSegmentAnalytics",
    summary="How the posts of one segment do",
    description=_MEANING,
)
def get_segment_analytics(
    segment_id: str, asked: Annotated[models.SegmentAnalyticsQuery, Query()]
) -> models.SegmentAnalyticsAnswer:
    segment, overview = segment_analytics(
        caller(router),
        segment_id,
        Asked(asked.days, settings.youtube_combined),
        segments=segment_store(),
        counters=_counters(),
        now=utc_now(),
    )
    return views.of_segment(segment, overview)


def _counters() -> SegmentCounters:
    return bootstrap.segment_counters(settings.counters_table)
