"""What came of a generation: its file is copied to us at once and looked at, or its failure is
acted on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from functions.domain.cutting.job import StopRequested
from functions.domain.errors import MediaError, UnavailableError
from functions.domain.keys import lipsync_work
from functions.domain.lipsync.attempt import Attempt
from functions.domain.lipsync.codes import Remedy
from functions.domain.lipsync.errors import ProviderError, UnknownGenerationError
from functions.domain.lipsync.generation import GenerationStatus, SyncGeneration, SyncMode
from functions.domain.lipsync.job import LipSyncJob
from functions.domain.lipsync.job_ports import LipSyncResults, LipSyncTools, Written
from functions.domain.lipsync.ports import LipSyncProvider
from functions.domain.lipsync.states import LipSyncStatus
from functions.domain.lipsync.trouble import SyncTrouble, trouble_of
from functions.domain.media.ports import MediaStore
from functions.domain.ports import VideoStore
from functions.domain.times import Milliseconds
from functions.services.lipsync.course import TOO_LATE, Onward, Step, after_trouble, is_late
from functions.services.lipsync.jobs import LipSyncLine, change, open_job, require_video
from functions.services.lipsync.prepare_lipsync import length_of

TYPE: Final = "video/mp4"
_NO_RESULT: Final = SyncTrouble(
    "lipsync.provider_failed",
    "The lip-sync provider failed on its side. Retry the job in a few minutes.",
    Remedy.TRY_AGAIN,
)
# An encoder's last frame, or a packet of sound, is longer or shorter than what was asked for.
_ROOM: Final[Milliseconds] = 500
_SHARE: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Collecting:
    """What collecting works with; `folder` is for one file."""

    line: LipSyncLine
    provider: LipSyncProvider
    videos: VideoStore
    media: MediaStore
    results: LipSyncResults
    tools: LipSyncTools
    folder: Path
    stop: StopRequested


def result_key(job: LipSyncJob, attempt: Attempt) -> str:
    """Where the provider's file is kept until it is finished."""
    folder = lipsync_work(job.user_id, job.video_id, job.job_id)
    return f"{folder}/result-{attempt.number}.mp4"


def collect_lipsync(desk: Collecting, job_id: str) -> Onward:
    """Look at the job's generation, and act on it. Its result is never taken from anywhere else.

    Raises UnavailableError where another try of this step may help, NotFoundError where the video
    was deleted.
    """
    line = desk.line
    job = open_job(line.jobs, job_id)
    require_video(desk.videos, job)
    attempt = job.attempt
    if attempt is None or attempt.generation_id is None:
        return Onward(Step.SUBMIT)
    if desk.media.find(result_key(job, attempt)) is not None:
        return _fetched(desk, job)
    if attempt.over_at is not None and job.status is LipSyncStatus.PROCESSING:
        return Onward(Step.SUBMIT)
    found = desk.provider.get([attempt.generation_id])[attempt.generation_id]
    if isinstance(found, UnknownGenerationError):
        return after_trouble(line, job, _NO_RESULT)
    if isinstance(found, ProviderError):
        raise found
    return _act(desk, job, attempt, found)


def _act(desk: Collecting, job: LipSyncJob, attempt: Attempt, found: SyncGeneration) -> Onward:
    if found.status is GenerationStatus.COMPLETED:
        job = _done(desk.line, job, attempt)
        _fetch(desk, job, attempt, found)
        return _fetched(desk, job)
    if found.status.over:
        trouble = found.trouble or trouble_of(None)
        rejected = found.status is GenerationStatus.REJECTED
        return after_trouble(desk.line, job, trouble, rejected=rejected)
    if is_late(job, desk.line.clock):
        return after_trouble(desk.line, job, TOO_LATE)
    return Onward(Step.WAIT)


def _done(line: LipSyncLine, job: LipSyncJob, attempt: Attempt) -> LipSyncJob:
    """Its place is free: the provider works on it no more."""

    def done(it: LipSyncJob) -> LipSyncJob:
        it.require_open()
        latest = it.attempt
        if latest is None or latest.key != attempt.key or latest.over_at is not None:
            return it
        return it.attempt_done(line.clock())

    job = change(line.jobs, job.job_id, done)
    line.leave(job.job_id)
    return job


def _fetched(desk: Collecting, job: LipSyncJob) -> Onward:
    change(
        desk.line.jobs,
        job.job_id,
        lambda it: it.moved(LipSyncStatus.POST_PROCESSING, desk.line.clock()),
    )
    return Onward(Step.FINISH)


def _fetch(desk: Collecting, job: LipSyncJob, attempt: Attempt, found: SyncGeneration) -> None:
    if found.result_url is None:
        raise _broken("It has no address.")
    path = desk.folder / "result.mp4"
    desk.results.fetch(found.result_url, path, desk.stop)
    try:
        written = desk.tools.inspect(path)
    except MediaError as error:
        raise _broken("It is no video.") from error
    _require_whole(job, found, written)
    desk.media.upload(path, result_key(job, attempt), TYPE)


def _require_whole(job: LipSyncJob, found: SyncGeneration, written: Written) -> None:
    """As long as the provider says, with picture and sound; with `silence` as long as the video."""
    if not written.has_sound:
        raise _broken("It has no sound.")
    told, asked = found.result_length, length_of(job)
    if told is not None and abs(told - written.duration) > _room(told):
        raise _broken("It is not as long as the provider says.")
    if job.sync_mode is SyncMode.SILENCE and written.duration < asked - _room(asked):
        raise _broken("It ends before the video does.")


def _room(length: Milliseconds) -> Milliseconds:
    return max(_ROOM, length // _SHARE)


def _broken(why: str) -> UnavailableError:
    says = f"The lip-sync provider's file could not be used. {why} Retry the job."
    return UnavailableError("lipsync.result_broken", says)
