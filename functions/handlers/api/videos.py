"""/api/videos"""

from __future__ import annotations

from typing import Annotated

from aws_lambda_powertools.event_handler.openapi.params import Query

from functions import bootstrap
from functions.domain.segment import SegmentType
from functions.domain.times import utc_now
from functions.handlers.api import models, views
from functions.handlers.api.request import caller, cursor_secret, new_router, settings
from functions.runtime import cursor as cursors
from functions.services.ownership import own_video

router = new_router()
TAGS = ["videos"]
Limit = Annotated[int, Query(ge=1, le=100)]
Cursor = Annotated[str, Query(max_length=2000)]


@router.get(
    "/api/videos", tags=TAGS, operation_id="listVideos", summary="Your videos, newest first"
)
def list_videos(limit: Limit = 20, cursor: Cursor | None = None) -> models.VideoList:
    who, now = caller(router), utc_now()
    scope = {"list": "videos", "user": who.user_id}
    after = cursors.verify(cursor, scope, cursor_secret())
    videos = bootstrap.video_store(settings.videos_table)
    page = videos.of_user(who.user_id, limit=limit, after=after)
    shown = [views.video(video, now) for video in page.items if video.visible]
    return models.VideoList(
        items=shown, next_cursor=cursors.sign(page.next, scope, cursor_secret())
    )


@router.get("/api/videos/<video_id>", tags=TAGS, operation_id="getVideo", summary="One video")
def get_video(video_id: str) -> models.VideoAnswer:
    video = own_video(caller(router), bootstrap.video_store(settings.videos_table), video_id)
    return views.video(video, utc_now())


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
) -> models.SegmentList:
    own_video(caller(router), bootstrap.video_store(settings.videos_table), video_id)
    scope = {"list": "segments", "video": video_id, "type": segment_type}
    after = cursors.verify(cursor, scope, cursor_secret())
    segments = bootstrap.segments_of(settings)
    page = segments.of_video(video_id, segment_type, limit=limit, after=after)
    return models.SegmentList(
        items=[views.segment(segment) for segment in page.items],
        next_cursor=cursors.sign(page.next, scope, cursor_secret()),
    )
