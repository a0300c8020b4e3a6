"""/api/segments"""

from __future__ import annotations

from datetime import timedelta

from functions import bootstrap
from functions.domain.segment import Segment, SegmentType
from functions.domain.times import utc_now
from functions.domain.video import Video
from functions.handlers.api import models, views
from functions.handlers.api.request import caller, new_router, settings
from functions.services.ownership import own_segment, own_video

router = new_router()
TAGS = ["segments"]
DOWNLOAD_SECONDS = 900


@router.get(
    "/api/segments/<segment_id>", tags=TAGS, operation_id="getSegment", summary="One segment"
)
def get_segment(segment_id: str) -> models.SegmentAnswer:
    store = bootstrap.segments_of(settings)
    return views.segment(own_segment(caller(router), store, segment_id))


@router.get(
    "/api/segments/<segment_id>/download",
    tags=TAGS,
    operation_id="downloadSegment",
    summary="A URL to fetch the file from, for 15 minutes",
)
def download(segment_id: str) -> models.DownloadAnswer:
    who = caller(router)
    segment = own_segment(who, bootstrap.segments_of(settings), segment_id)
    video = own_video(who, bootstrap.video_store(settings.videos_table), segment.video_id)
    name = file_name(video, segment)
    url = bootstrap.media_store(settings.media_bucket).sign_download(
        segment.s3_key,
        file_name=name,
        content_type=segment.content_type,
        seconds=DOWNLOAD_SECONDS,
        version_id=_version(video, segment),
    )
    expires = utc_now() + timedelta(seconds=DOWNLOAD_SECONDS)
    return models.DownloadAnswer(url=url, file_name=name, expires_at=expires)


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
    part = {
        SegmentType.PROCESSED: f"segment-{segment.segment_number:03d}",
        SegmentType.THUMBNAIL: f"thumbnail-{segment.segment_number:03d}",
        SegmentType.AUDIO: "audio",
    }[segment.segment_type]
    return f"{stem}-{part}.{extension}"
