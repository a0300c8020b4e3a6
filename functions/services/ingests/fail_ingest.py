"""Where every caught error of fetching ends: the video says what went wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from functions.domain.errors import StaleWriteError
from functions.domain.failure import Failure
from functions.domain.keys import upload_key
from functions.domain.media.ports import MediaStore
from functions.domain.ports import VideoStore
from functions.domain.video import VideoStatus
from functions.services.ingests.ingest_source import leave_nothing
from functions.services.ingests.multiparts import clear_multiparts

INTERNAL = Failure(
    code="ingest.internal",
    detail="Something of ours failed. Give the URL again.",
    stage="ingest",
)
_ATTEMPTS = 5


def fail_ingest(
    videos: VideoStore,
    media: MediaStore,
    now: datetime,
    *,
    video_id: str,
    user_id: str | None,
    code: str | None,
    detail: str | None,
) -> Failure | None:
    """Write `failed` and give the upload up. An error without a code is ours, and says so.

    None where nothing has failed: the video was given up or deleted, or its file has arrived. The
    first reason stays.
    """
    failure = replace(INTERNAL, code=code or INTERNAL.code, detail=detail or INTERNAL.detail)
    for left in reversed(range(_ATTEMPTS)):
        video = videos.get(video_id)
        if video is None or not video.visible:
            owner = video.user_id if video else user_id
            if owner:
                leave_nothing(media, video, video_id=video_id, user_id=owner)
            return None
        key = upload_key(video.user_id, video_id)
        if video.status is not VideoStatus.INGESTING or media.find(key) is not None:
            return video.error if video.status is VideoStatus.FAILED else None
        try:
            videos.save(video.not_fetched(failure, now))
        except StaleWriteError:
            if not left:
                raise
        else:
            clear_multiparts(media, key)
            return failure
    raise AssertionError("unreachable")
