"""/api/segments/{segment_id}/social-media: posts of a segment, and numbers collected elsewhere"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from aws_lambda_powertools.event_handler import Response

from functions.domain.social import METRICS
from functions.domain.times import utc_now
from functions.handlers.api.conditional import accepted, versioned
from functions.handlers.api.models import segment_answers as answers
from functions.handlers.api.models import social as models
from functions.handlers.api.request import caller, new_router, segment_store, settings
from functions.handlers.api.views import segments as views
from functions.services.link_post import PostNews, link_post

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
        "A segment may have 20 posts. With `If-Match`, only at that version: 412 says that it "
        "moved on."
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
    return versioned(router, views.segment(segment), segment.version, status)


def _news(body: models.LinkPost) -> PostNews:
    numbers = {metric: getattr(body.metrics, metric) for metric in METRICS}
    return PostNews(
        platform=body.platform,
        post_id=body.post_id,
        post_url=body.post_url,
        posted_at=body.posted_at,
        numbers={metric: value for metric, value in numbers.items() if value is not None},
        collected_at=body.collected_at,
    )
