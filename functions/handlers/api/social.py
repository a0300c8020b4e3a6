"""/api/segments/{segment_id}/social-media: posts of a segment, and numbers collected elsewhere"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response

from functions import bootstrap_social
from functions.domain.platforms.demands import Demand
from functions.domain.posts.post import METRICS
from functions.domain.times import utc_now
from functions.handlers.api.conditional import accepted, versioned
from functions.handlers.api.models import segment_answers as answers
from functions.handlers.api.models import social as models
from functions.handlers.api.request import caller, new_router, segment_store, settings
from functions.handlers.api.social_syncs import sync_url
from functions.handlers.api.views import segments as views
from functions.services.posts.ask_for_sync import look_at_once
from functions.services.posts.link_post import PostNews, link_post

router = new_router()
_BODY: Final[Any] = {"application/json": {"model": answers.SegmentAnswer}}


@router.post(
    "/api/segments/<segment_id>/social-media",
    tags=["segments"],
    operation_id="linkPost",
    status_code=201,
    responses={
        201: {"description": "The post is linked now", "content": _BODY},
        200: {"description": "The post was linked before, and is up to date", "content": _BODY},
    },
    summary="Link a post of the segment, and record numbers of it",
    description=(
        "A platform and its post id are one post: sent again, it is updated. What is null or left "
        "out stays as it is known, and numbers that are older than the known ones are passed over. "
        "A segment may have 20 posts. A new one, and one that is sent without numbers, is looked "
        "at now if its account is connected and the hour's calls are not spent; `Link` has, as "
        "`monitor`, where to ask how far that is. With `If-Match`, only at that version: 412 says "
        "that it moved on."
    ),
)
def link(segment_id: str, body: models.LinkPost) -> Response[answers.SegmentAnswer]:
    linked = link_post(
        caller(router),
        segment_id,
        _news(body),
        segments=segment_store(),
        now=utc_now(),
        with_youtube=settings.youtube_combined,
        accepted=accepted(router),
    )
    segment = linked.segment
    status = HTTPStatus.CREATED if linked.created else HTTPStatus.OK
    demand = _looked_at(segment_id, body) if linked.created or not _numbers(body) else None
    told = {"Link": f'<{sync_url(demand)}>; rel="monitor"'} if demand else {}
    return versioned(router, views.segment(segment), segment.version, status, told)


def _looked_at(segment_id: str, body: models.LinkPost) -> Demand | None:
    return look_at_once(
        caller(router),
        bootstrap_social.demand_work(settings),
        bootstrap_social.demand_runs(settings.sync_machine_arn),
        an_hour=settings.sync_calls[caller(router).tier],
        segment_id=segment_id,
        at=body.platform,
    )


def _news(body: models.LinkPost) -> PostNews:
    return PostNews(
        platform=body.platform,
        post_id=body.post_id,
        post_url=body.post_url,
        posted_at=body.posted_at,
        numbers=_numbers(body),
        collected_at=body.collected_at,
    )


def _numbers(body: models.LinkPost) -> dict[str, int]:
    told = {metric: getattr(body.metrics, metric) for metric in METRICS}
    return {metric: value for metric, value in told.items() if value is not None}
