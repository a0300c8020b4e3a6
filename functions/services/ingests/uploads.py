"""Uploads through the API: the bytes go from the browser to S3, never through a function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import quote

from functions.domain.cutting.segmentation import Segmentation
from functions.domain.deletions.ports import DeletionStore
from functions.domain.errors import ConflictError, InvalidInputError, StaleWriteError
from functions.domain.extras import DEFAULT_EXTRAS, Extra
from functions.domain.ids import derived_id, new_id
from functions.domain.keys import upload_key
from functions.domain.media.ports import MediaStore, Part
from functions.domain.ports import VideoStore
from functions.domain.tiers import LimitsByTier
from functions.domain.transcripts.options import NO_TRANSCRIPT, TranscriptOptions
from functions.domain.video import Upload, Video, VideoStatus
from functions.services.ingests.multiparts import clear_multiparts
from functions.services.ownership import Caller, own_video, require_not_deleted
from functions.services.segments.captions import with_captions_kept

MIB = 1024 * 1024
SINGLE_PUT_MAX = 8 * MIB
MIN_PART = 8 * MIB
MAX_PARTS = 500
URL_SECONDS = 3_600
MAX_NAME_IN_METADATA = 80
# A signed URL takes 1.5 KB, and an answer that is kept for its Idempotency-Key at most 400 KB.
URLS_AT_ONCE = 100
UPLOAD_LIFE = timedelta(hours=24)
_ATTEMPTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUpload:
    """What a user announces: size in bytes. `video_id` is set where it is known before."""

    file_name: str
    size: int
    content_type: str
    title: str | None
    segmentation: Segmentation
    extras: tuple[Extra, ...] = DEFAULT_EXTRAS
    transcription: TranscriptOptions = NO_TRANSCRIPT
    video_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadTicket:
    """What to send where: `put_url` for one PUT, `part_urls` for parts.

    These are the first of the parts that are missing; asking again gives the next.
    """

    video: Video
    put_url: str | None
    part_urls: tuple[tuple[int, str], ...]
    arrived: tuple[Part, ...]


def create_upload(
    caller: Caller,
    wanted: NewUpload,
    *,
    videos: VideoStore,
    deletions: DeletionStore,
    media: MediaStore,
    limits: LimitsByTier,
    now: datetime,
    key: str | None = None,
) -> UploadTicket:
    """Open an upload; `key` (the caller's Idempotency-Key), or an id that is wanted, makes a repeat
    find the same video.

    Raises GoneError if that was deleted.
    """
    limits[caller.tier].check_size(wanted.size)
    video_id = wanted.video_id
    if video_id is None:
        video_id = derived_id("upload", caller.user_id, key) if key else new_id(now)
    video = videos.get(video_id)
    if video is None:
        require_not_deleted(deletions, caller, video_id, "upload")
        upload = _open(wanted, upload_key(caller.user_id, video_id), media, now)
        asked = with_captions_kept(media, caller.user_id, video_id, wanted.segmentation)
        video = _new_video(caller, replace(wanted, segmentation=asked), video_id, upload, now)
        if not videos.create(video):
            video = _first(video, videos, media)
    _require_same(video, wanted)
    return ticket(video, media=media, now=now)


def _require_same(video: Video, wanted: NewUpload) -> None:
    """Answers are kept for a time only; a key that comes later is held against its upload."""
    if (video.file_name, video.declared_size) != (wanted.file_name, wanted.size):
        raise InvalidInputError(
            "idempotency.key_reused", "This Idempotency-Key was used with another request."
        )


def _first(video: Video, videos: VideoStore, media: MediaStore) -> Video:
    """A request with the same key was faster: its upload is the one to go on with."""
    if video.upload and video.upload.upload_id:
        media.abort_multipart(video.upload.key, video.upload.upload_id)
    return videos.get(video.video_id) or video


def _new_video(
    caller: Caller, wanted: NewUpload, video_id: str, upload: Upload, now: datetime
) -> Video:
    return Video(
        video_id=video_id,
        user_id=caller.user_id,
        status=VideoStatus.UPLOADING,
        file_name=wanted.file_name,
        title=wanted.title,
        content_type=wanted.content_type,
        declared_size=wanted.size,
        segmentation=wanted.segmentation,
        extras=wanted.extras,
        transcription=wanted.transcription,
        upload=upload,
        created_at=now,
        updated_at=now,
    )


def _open(wanted: NewUpload, key: str, media: MediaStore, now: datetime) -> Upload:
    """A place for the bytes: in parts where the file is large."""
    upload = Upload(key=key, expires_at=now + UPLOAD_LIFE)
    if wanted.size <= SINGLE_PUT_MAX:
        return upload
    metadata = object_metadata(wanted.file_name)
    upload_id = media.start_multipart(key, wanted.content_type, metadata)
    return replace(upload, upload_id=upload_id, part_size=part_size(wanted.size))


def object_metadata(file_name: str) -> dict[str, str]:
    """S3 metadata travels in headers, percent-encoded, and may take 2 KB in all.

    So only the name's beginning is kept here; the video's row has all of it.
    """
    return {"file-name": quote(file_name[:MAX_NAME_IN_METADATA], safe="")}


def part_size(size: int) -> int:
    """Bytes of a part: whole MiB, at least 8, so that no upload has more than 500 parts."""
    return max(MIN_PART, -(-size // MAX_PARTS // MIB) * MIB)


def ticket(video: Video, *, media: MediaStore, now: datetime) -> UploadTicket:
    """Where an upload stands: what arrived, and fresh URLs for what did not."""
    upload = video.open_upload(now)
    size = video.declared_size or 0
    if upload.upload_id is None or upload.part_size is None:
        url = media.sign_put(
            upload.key,
            size=size,
            content_type=video.content_type or "application/octet-stream",
            metadata=object_metadata(video.file_name),
            seconds=URL_SECONDS,
        )
        return UploadTicket(video=video, put_url=url, part_urls=(), arrived=())
    arrived = media.parts(upload.key, upload.upload_id)
    if arrived is None:
        raise ConflictError("upload.finished", "All parts have arrived and were joined.")
    have = {part.number for part in arrived}
    count = -(-size // upload.part_size)
    missing = [number for number in range(1, count + 1) if number not in have]
    urls = tuple(
        (number, media.sign_part(upload.key, upload.upload_id, number, URL_SECONDS))
        for number in missing[:URLS_AT_ONCE]
    )
    return UploadTicket(video=video, put_url=None, part_urls=urls, arrived=tuple(arrived))


def describe_upload(
    caller: Caller, video_id: str, *, videos: VideoStore, media: MediaStore, now: datetime
) -> UploadTicket:
    return ticket(own_video(caller, videos, video_id), media=media, now=now)


def complete_upload(
    caller: Caller, video_id: str, *, videos: VideoStore, media: MediaStore, now: datetime
) -> Video:
    """All bytes are sent. The run starts from the bucket's event, so repeating this is harmless."""
    video = own_video(caller, videos, video_id)
    if video.status_at(now) not in {VideoStatus.UPLOADING, VideoStatus.EXPIRED}:
        return video
    upload = video.open_upload(now)
    if media.find(upload.key) is not None:
        return video
    parts = media.parts(upload.key, upload.upload_id) if upload.upload_id else None
    if parts is None or upload.upload_id is None:
        raise ConflictError("upload.incomplete", "The file has not arrived; PUT it to its URL.")
    _require_all(parts, video.declared_size or 0, upload.part_size or MIN_PART)
    media.complete_multipart(upload.key, upload.upload_id, parts)
    return video


def _require_all(parts: Sequence[Part], size: int, size_of_part: int) -> None:
    missing = set(range(1, -(-size // size_of_part) + 1)) - {part.number for part in parts}
    if missing:
        names = ", ".join(str(number) for number in sorted(missing)[:20])
        raise ConflictError("upload.incomplete", f"{len(missing)} parts are missing: {names}.")
    total = sum(part.size for part in parts)
    if total != size:
        raise InvalidInputError(
            "upload.size_mismatch",
            f"{total} bytes arrived, {size} were announced. Send the right parts again, "
            "or delete this upload and start one with the right size.",
        )


def abort_upload(
    caller: Caller, video_id: str, *, videos: VideoStore, media: MediaStore, now: datetime
) -> None:
    """Give up an upload, or the fetching of a URL; its parts are removed."""
    video = _given_up(caller, video_id, videos, now)
    assert video.upload is not None  # noqa: S101  (else it was refused)
    clear_multiparts(media, video.upload.key)
    target = video.segmentation.target
    captions = [target.captions_key] if target and target.captions_key else []
    media.delete([video.upload.key, *captions])


def _given_up(caller: Caller, video_id: str, videos: VideoStore, now: datetime) -> Video:
    """Read again where another part of it has just been noted."""
    for left in reversed(range(_ATTEMPTS)):
        video = own_video(caller, videos, video_id)
        waits = video.status in {VideoStatus.UPLOADING, VideoStatus.INGESTING}
        if not waits or video.upload is None:
            says = "The file has arrived; delete the video instead."
            raise ConflictError("upload.finished", says)
        try:
            return videos.save(video.abort(now))
        except StaleWriteError:
            if not left:
                raise
    raise AssertionError("unreachable")
