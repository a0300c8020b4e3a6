"""Videos by URL: the row is written, and the fetching of its bytes started."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from functions.domain.cutting.segmentation import Segmentation
from functions.domain.deletions.ports import DeletionStore
from functions.domain.errors import InvalidInputError
from functions.domain.extras import DEFAULT_EXTRAS, Extra
from functions.domain.ids import derived_id, new_id
from functions.domain.ingests.ingest import Ingest
from functions.domain.ingests.ports import Ingests
from functions.domain.ingests.web_urls import WebUrl
from functions.domain.keys import upload_key
from functions.domain.media.ports import MediaStore
from functions.domain.ports import VideoStore
from functions.domain.transcripts.options import NO_TRANSCRIPT, TranscriptOptions
from functions.domain.video import Upload, Video, VideoStatus
from functions.services.ingests.uploads import UPLOAD_LIFE
from functions.services.ownership import Caller, require_not_deleted
from functions.services.segments.captions import with_captions_kept

NAMELESS = "video"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewIngest:
    """What a user wants fetched."""

    url: WebUrl
    file_name: str | None
    title: str | None
    segmentation: Segmentation
    extras: tuple[Extra, ...] = DEFAULT_EXTRAS
    transcription: TranscriptOptions = NO_TRANSCRIPT


def submit_url(
    caller: Caller,
    wanted: NewIngest,
    *,
    videos: VideoStore,
    deletions: DeletionStore,
    media: MediaStore,
    ingests: Ingests,
    now: datetime,
    key: str | None = None,
) -> Video:
    """Row first, execution second: `key` (the caller's Idempotency-Key) makes a repeat find the
    same video, and mend a crash in between. Raises GoneError if that video was deleted."""
    video_id = derived_id("ingest", caller.user_id, key) if key else new_id(now)
    video = videos.get(video_id)
    if video is None:
        require_not_deleted(deletions, caller, video_id, "video")
        asked = with_captions_kept(media, caller.user_id, video_id, wanted.segmentation)
        video = _new_video(caller, wanted, asked, video_id, now)
        if not videos.create(video):
            # A request with the same key was faster, and what it made may be deleted again.
            require_not_deleted(deletions, caller, video_id, "video")
            video = videos.get(video_id) or video
    if video.source_digest != wanted.url.digest(caller.user_id):
        raise InvalidInputError(
            "idempotency.key_reused", "This Idempotency-Key was used with another request."
        )
    if video.status is VideoStatus.INGESTING:
        ingests.start(video_id, caller.user_id)
    return video


def _new_video(
    caller: Caller, wanted: NewIngest, asked: Segmentation, video_id: str, now: datetime
) -> Video:
    key = upload_key(caller.user_id, video_id)
    url = wanted.url
    return Video(
        video_id=video_id,
        user_id=caller.user_id,
        status=VideoStatus.INGESTING,
        file_name=wanted.file_name or url.file_name or NAMELESS,
        title=wanted.title,
        segmentation=asked,
        extras=wanted.extras,
        transcription=wanted.transcription,
        upload=Upload(key=key, expires_at=now + UPLOAD_LIFE),
        ingest=Ingest(address=url.address, query=url.query, tier=caller.tier),
        source_digest=url.digest(caller.user_id),
        created_at=now,
        updated_at=now,
    )
