"""Inputs that the provider could not read, written anew in the plainest form: tried once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from functions.domain.cutting.job import StopRequested
from functions.domain.errors import MediaError
from functions.domain.keys import lipsync_work
from functions.domain.lipsync.attempt import InputSource
from functions.domain.lipsync.job import LipSyncJob
from functions.domain.lipsync.job_ports import LipSyncJobStore, LipSyncTools
from functions.domain.media.ports import MediaStore
from functions.domain.ports import VideoStore
from functions.services.lipsync.jobs import change, open_job, require_video

_URL_SECONDS = 3_600


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """What it works with; `folder` is for one file at a time."""

    jobs: LipSyncJobStore
    videos: VideoStore
    media: MediaStore
    tools: LipSyncTools
    clock: Callable[[], datetime]
    folder: Path
    stop: StopRequested


def encode_lipsync(desk: Encoding, job_id: str) -> None:
    """Each file in turn; what is there already is used. Raises NotFoundError where the video was
    deleted."""
    job = open_job(desk.jobs, job_id)
    require_video(desk.videos, job)
    if job.encoded:
        return
    encoded = tuple(_encoded(desk, job, at, one) for at, one in enumerate(job.inputs))

    def written(it: LipSyncJob) -> LipSyncJob:
        it.require_open()
        return it if it.encoded else replace(it, inputs=encoded, updated_at=desk.clock())

    change(desk.jobs, job_id, written)


def _encoded(desk: Encoding, job: LipSyncJob, at: int, one: InputSource) -> InputSource:
    picture = one.ref_id is None
    extension, kind = ("mp4", "video/mp4") if picture else ("wav", "audio/wav")
    folder = lipsync_work(job.user_id, job.video_id, job.job_id)
    key = f"{folder}/input-{at:02d}.{extension}"
    if desk.media.find(key) is None:
        target = desk.folder / f"input.{extension}"
        write = desk.tools.plain_video if picture else desk.tools.plain_audio
        write(desk.media.sign_get(one.source, _URL_SECONDS), target, desk.stop)
        desk.media.upload(target, key, kind)
        target.unlink()
    source = desk.media.find(key)
    if source is None:
        raise MediaError("lipsync.input_gone", "A file was deleted meanwhile. Send a new job.")
    return InputSource(ref_id=one.ref_id, source=source, encoded=True)
