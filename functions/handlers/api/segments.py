"""/api/segments: reading"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.openapi.params import Query

from functions import bootstrap
from functions.domain.errors import ConflictError
from functions.domain.paging import Page
from functions.domain.segments.query import SegmentQuery, SortOrder, TagMatch, words_of
from functions.domain.segments.segment import Segment, SegmentSource, SegmentStatus, SegmentType
from functions.domain.times import Milliseconds, seconds, utc_now
from functions.domain.video import Video
from functions.handlers.api.conditional import versioned
from functions.handlers.api.models import segment_answers as answers
from functions.handlers.api.models import segments as models
from functions.handlers.api.request import (
    caller,
    cursor_secret,
    new_router,
    segment_store,
    settings,
    video_store,
)
from functions.handlers.api.views import segments as views
from functions.runtime import cursor as cursors
from functions.services.ownership import own_segment, own_video

router = new_router()
TAGS = ["segments"]
DOWNLOAD_SECONDS = 900


@router.get(
    "/api/segments",
    tags=TAGS,
    operation_id="listSegments",
    summary="Your segments, filtered and sorted",
    description=(
        "Every combination of filters and sort orders is served. What has no value to be sorted "
        "by comes last. Pages are full unless `partial` says that the call's read budget was "
        "spent; then go on with `next_cursor`. A cursor belongs to its filters and order."
    ),
)
def list_segments(filters: Annotated[models.SegmentFilters, Query()]) -> answers.SegmentList:
    who = caller(router)
    query = _query(who.user_id, filters)
    if query.video_id is not None:
        own_video(who, video_store(), query.video_id)
    scope = {"list": "segments", "query": query}
    after = cursors.verify(filters.cursor, scope, cursor_secret())
    page = segment_store().search(query, limit=filters.limit, after=after)
    return segment_list(page, scope)


def segment_list(page: Page[Segment], scope: dict[str, object]) -> answers.SegmentList:
    """A page with its cursor."""
    return answers.SegmentList(
        items=[views.segment(segment) for segment in page.items],
        next_cursor=cursors.sign(page.next, scope, cursor_secret()),
        partial=page.cut_short,
    )


def _query(user_id: str, filters: models.SegmentFilters) -> SegmentQuery:
    tags = (models.plain_tag(tag) for text in filters.tags or [] for tag in text.split(","))
    return SegmentQuery(
        user_id=user_id,
        sort_by=filters.sort_by,
        descending=filters.sort_order is SortOrder.DESC,
        segment_type=filters.segment_type,
        video_id=filters.video_id,
        min_duration=_milliseconds(filters.min_duration),
        max_duration=_milliseconds(filters.max_duration),
        created_after=filters.created_after,
        created_before=filters.created_before,
        tags=tuple(tag for tag in tags if tag),
        all_tags=filters.tags_match is TagMatch.ALL,
        has_social_media=filters.has_social_media,
        platform=filters.platform,
        words=_words(filters.q or ""),
    )


def _words(text: str) -> tuple[str, ...]:
    """Of a text without words nothing can be found; to find all would be no answer to it."""
    sought = text.strip()
    return words_of(sought) or ((sought,) if sought else ())


def _milliseconds(value: float | None) -> Milliseconds | None:
    return None if value is None else round(value * 1000)


@router.get(
    "/api/segments/<segment_id>", tags=TAGS, operation_id="getSegment", summary="One segment"
)
def get_segment(segment_id: str) -> Response[answers.SegmentAnswer]:
    segment = own_segment(caller(router), segment_store(), segment_id)
    return versioned(router, views.segment(segment), segment.version)


@router.get(
    "/api/segments/<segment_id>/download",
    tags=TAGS,
    operation_id="downloadSegment",
    summary="A URL to fetch the file from, for 15 minutes",
    description="The URL takes ranges, and a browser saves the file under its own name.",
)
def download(segment_id: str) -> answers.DownloadAnswer:
    who = caller(router)
    segment = _require_file(own_segment(who, segment_store(), segment_id))
    video = own_video(who, video_store(), segment.video_id)
    name = file_name(video, segment)
    url = bootstrap.media_store(settings.media_bucket).sign_download(
        segment.s3_key,
        file_name=name,
        content_type=segment.content_type,
        seconds=DOWNLOAD_SECONDS,
        version_id=_version(video, segment),
    )
    expires = utc_now() + timedelta(seconds=DOWNLOAD_SECONDS)
    return answers.DownloadAnswer(url=url, file_name=name, expires_at=expires)


def _version(video: Video, segment: Segment) -> str | None:
    """The source as it was cut, though another file may have taken its place since."""
    original = segment.segment_type is SegmentType.ORIGINAL and video.source
    return original.version_id if original else None


def file_name(video: Video, segment: Segment) -> str:
    """The user's own name, with what the file is: `holiday-segment-002.mp4`."""
    if segment.segment_type is SegmentType.ORIGINAL:
        return video.file_name
    stem = video.file_name.rsplit(".", 1)[0] or video.file_name
    extension = segment.s3_key.rsplit(".", 1)[-1]
    if segment.source is SegmentSource.RANGE:
        return f"{stem}-{seconds(segment.start or 0):g}-{seconds(segment.end or 0):g}s.{extension}"
    part = {
        SegmentType.PROCESSED: f"segment-{segment.segment_number:03d}",
        SegmentType.THUMBNAIL: f"thumbnail-{segment.segment_number:03d}",
        SegmentType.AUDIO: "audio",
    }[segment.segment_type]
    return f"{stem}-{part}.{extension}"


def _require_file(segment: Segment) -> Segment:
    """Raises ConflictError while there is none."""
    if segment.status is SegmentStatus.PENDING:
        raise ConflictError("segment.not_ready", "The segment is being cut; ask again soon.")
    if segment.status is SegmentStatus.FAILED:
        raise ConflictError("segment.failed", "The segment could not be cut; see its `error`.")
    return segment
