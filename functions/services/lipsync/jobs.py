"""What all work on lip-sync jobs shares: where they are, whose they are, how they are changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from functions.domain.errors import NotFoundError, StaleWriteError
from functions.domain.keys import upload_key, voice_key
from functions.domain.lipsync.job import LipSyncJob
from functions.domain.lipsync.job_ports import LipSyncGate, LipSyncJobStore
from functions.domain.lipsync.polling import LONGEST_WAIT
from functions.domain.lipsync.rules import LipSyncRules
from functions.domain.media.ports import MediaStore
from functions.domain.ports import VideoStore
from functions.domain.transcripts.ports import TaskTokens
from functions.services.ownership import Caller, is_id, require_owner

PLACE_LIFE: Final = LONGEST_WAIT + timedelta(hours=1)
"""Longer than a job may keep a place: whoever has it then has died without a word."""
_ATTEMPTS: Final = 10
_NO_JOB: Final = "There is no such job."


@dataclass(frozen=True, slots=True, kw_only=True)
class LipSyncDesk:
    """Where jobs and their files are, and the rules for them."""

    jobs: LipSyncJobStore
    videos: VideoStore
    media: MediaStore
    rules: LipSyncRules
    clock: Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class LipSyncLine:
    """Places at the provider, and how those who wait for one are told."""

    jobs: LipSyncJobStore
    gate: LipSyncGate
    tokens: TaskTokens
    clock: Callable[[], datetime]

    def let_in(self) -> int:
        """Give free places away and tell who has one; returns how many were told.

        Whoever is told of no avail keeps the place: that is a task which knows already.
        """
        now = self.clock()
        admitted = self.gate.admit(now, now + PLACE_LIFE)
        for one in admitted:
            self.tokens.succeed(one.task_token, {"job_id": one.job_id})
            self.gate.told(one.job_id)
        return len(admitted)

    def leave(self, job_id: str) -> None:
        """Give a place back, and let the next one in."""
        self.gate.leave(job_id)
        self.let_in()

    def reconcile(self) -> None:
        """Places of jobs that are over are given back, whoever has died before he could."""
        for job_id in self.gate.held(self.clock()):
            job = self.jobs.get(job_id)
            if job is None or job.over:
                self.gate.leave(job_id)
        self.let_in()


def own_job(caller: Caller, desk: LipSyncDesk, job_id: str) -> LipSyncJob:
    """A job goes with its video: at once, though its row goes later."""
    known = desk.jobs.get(job_id) if is_id(job_id) else None
    job = require_owner(caller, known, "job")
    if desk.videos.get(job.video_id) is None:
        raise NotFoundError("job.not_found", _NO_JOB)
    caller.about.add(job.video_id)
    return job


def require_video(videos: VideoStore, job: LipSyncJob) -> None:
    """Raises NotFoundError where it was deleted: nothing more is done for it, nor paid for."""
    video = videos.get(job.video_id)
    if video is None or not video.visible:
        raise NotFoundError("video.not_found", "The video was deleted before its lip-sync ended.")


def open_job(jobs: LipSyncJobStore, job_id: str) -> LipSyncJob:
    """Raises JobOverError once it has ended, NotFoundError where there is none."""
    job = jobs.get(job_id)
    if job is None:
        raise NotFoundError("job.not_found", _NO_JOB)
    job.require_open()
    return job


def change(
    jobs: LipSyncJobStore, job_id: str, how: Callable[[LipSyncJob], LipSyncJob]
) -> LipSyncJob:
    """Change a job as it is now, over whoever was faster. Nothing is written where it is so."""
    for left in reversed(range(_ATTEMPTS)):
        job = jobs.get(job_id)
        if job is None:
            raise NotFoundError("job.not_found", _NO_JOB)
        changed = how(job)
        if changed == job:
            return job
        try:
            return jobs.save(changed)
        except StaleWriteError:
            if not left:
                raise
    raise AssertionError("unreachable")


def video_key(job: LipSyncJob) -> str:
    """Where a video that comes with a job is sent to."""
    return upload_key(job.user_id, job.video_id)


def audio_key(job: LipSyncJob, index: int) -> str:
    return voice_key(job.user_id, job.video_id, job.inputs_of, index)
