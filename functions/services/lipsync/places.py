"""Where the files of a lip-sync job are to be sent: what has not arrived, with fresh URLs."""

from __future__ import annotations

from dataclasses import dataclass

from functions.domain.errors import ConflictError
from functions.domain.lipsync.job import LipSyncJob
from functions.domain.lipsync.states import LipSyncStatus
from functions.services.ingests.uploads import (
    URL_SECONDS,
    UploadTicket,
    describe_upload,
    object_metadata,
)
from functions.services.lipsync.jobs import LipSyncDesk, audio_key, video_key
from functions.services.ownership import Caller


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioPlace:
    """Where the file of a voice goes: one PUT, with just these headers."""

    ref_id: str
    put_url: str
    put_headers: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What has still to be sent, and where to."""

    video: UploadTicket | None = None
    audios: tuple[AudioPlace, ...] = ()


def places_of(desk: LipSyncDesk, caller: Caller, job: LipSyncJob) -> Places:
    """Fresh URLs for what has not arrived; none once the job goes on."""
    now = desk.clock()
    if job.status_at(now) is not LipSyncStatus.AWAITING_UPLOADS:
        return Places()
    video = None
    if job.video_file and job.inputs_of == job.job_id:
        row = desk.videos.get(job.video_id)
        waits = row is not None and row.source is None
        if waits and desk.media.find(video_key(job)) is None:
            video = _ticket(desk, caller, job.video_id)
    audios = tuple(
        _place(desk, job, at)
        for at, audio in enumerate(job.audios)
        if audio.file and desk.media.find(audio_key(job, at)) is None
    )
    return Places(video=video, audios=audios)


def _ticket(desk: LipSyncDesk, caller: Caller, video_id: str) -> UploadTicket | None:
    """None where all of it is there, and only the event of that has not come."""
    try:
        return describe_upload(
            caller, video_id, videos=desk.videos, media=desk.media, now=desk.clock()
        )
    except ConflictError:
        return None


def _place(desk: LipSyncDesk, job: LipSyncJob, index: int) -> AudioPlace:
    audio = job.audios[index]
    assert audio.file is not None  # noqa: S101  (asked before)
    metadata = object_metadata(audio.file.file_name)
    url = desk.media.sign_put(
        audio_key(job, index),
        size=audio.file.size,
        content_type=audio.file.content_type,
        metadata=metadata,
        seconds=URL_SECONDS,
    )
    headers = {f"x-amz-meta-{name}": value for name, value in metadata.items()}
    return AudioPlace(
        ref_id=audio.ref_id,
        put_url=url,
        put_headers={"Content-Type": audio.file.content_type, **headers},
    )
