"""/api/videos"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions.domain.ingests.web_urls import MAX_URL
from functions.domain.segments.segment import SegmentType
from functions.domain.times import utc_now
from functions.handlers.api.conditional import versioned
from functions.handlers.api.ingest import read_url
from functions.handlers.api.models import videos as models
from functions.handlers.api.models.segment_answers import SegmentList
from functions.handlers.api.request import (
    caller,
    cursor_secret,
    new_router,
    segment_store,
    video_store,
)
from functions.handlers.api.segments import segment_list
from functions.handlers.api.views import videos as views
from functions.runtime import cursor as cursors
from functions.services.list_videos import list_videos
from functions.services.ownership import own_video

router = new_router()
TAGS = ["videos"]
Limit = Annotated[int, Query(ge=1, le=100, description="How many a page has")]
Cursor = Annotated[str, Query(max_length=4_000, description="`next_cursor` of the page before")]

SourceUrl = Annotated[
    str,
    Query(max_length=MAX_URL, description="Only those that were fetched from just this URL"),
]


@router.get(
    "/api/videos", tags=TAGS, operation_id="listVideos", summary="Your videos, newest first"
)
def list_own(
    limit: Limit = 20, cursor: Cursor | None = None, source_url: SourceUrl | None = None
) -> models.VideoList:
    who, now = caller(router), utc_now()
    url = None if source_url is None else read_url(source_url, "/source_url")
    digest = None if url is None else url.digest(who.user_id)
    scope = {"list": "videos", "user": who.user_id, **({"source": digest} if digest else {})}
    after = cursors.verify(cursor, scope, cursor_secret())
    page = list_videos(who, video_store(), limit=limit, after=after, digest=digest)
    return models.VideoList(
        items=[views.video(video, now) for video in page.items],
        next_cursor=cursors.sign(page.next, scope, cursor_secret()),
        partial=page.cut_short,
    )


@router.get("/api/videos/<video_id>", tags=TAGS, operation_id="getVideo", summary="One video")
def get_video(video_id: str) -> Response[models.VideoAnswer]:
    video, now = own_video(caller(router), video_store(), video_id), utc_now()
    mark = "" if video.status_at(now) is video.status else "-expired"
    return versioned(router, views.video(video, now), video.version, mark=mark)


@router.get(
    "/api/videos/<video_id>/segments",
    tags=["segments"],
    operation_id="listVideoSegments",
    summary="A video's segments, by type and number",
)
def list_segments(
    video_id: str,
    segment_type: Annotated[SegmentType | None, Query()] = None,
    limit: Limit = 50,
    cursor: Cursor | None = None,
) -> SegmentList:
    who = caller(router)
    own_video(who, video_store(), video_id)
    scope: dict[str, object] = {
        "list": "video segments",
        "user": who.user_id,
        "video": video_id,
        "type": segment_type,
    }
    after = cursors.verify(cursor, scope, cursor_secret())
    page = segment_store().of_video(video_id, segment_type, limit=limit, after=after)
    return segment_list(page, scope)
