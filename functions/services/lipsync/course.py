"""How a job goes on after an attempt at the provider, well or not: the words that its state machine
turns on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from functions.domain.failure import Failure
from functions.domain.lipsync.codes import Remedy
from functions.domain.lipsync.job import MAX_ATTEMPTS, LipSyncJob
from functions.domain.lipsync.states import LipSyncStatus
from functions.domain.lipsync.trouble import SyncTrouble
from functions.services.lipsync.jobs import LipSyncLine, change


class Step(StrEnum):
    """`wait` for the provider, `submit` once more, `encode` the inputs anew and then submit,
    `finish`, or `end`: it is over."""

    WAIT = "wait"
    SUBMIT = "submit"
    ENCODE = "encode"
    FINISH = "finish"
    END = "end"


@dataclass(frozen=True, slots=True)
class Onward:
    """What comes next, in so many seconds."""

    step: Step
    seconds: int = 0

    def told(self) -> dict[str, str | int]:
        """As the state machine reads it."""
        return {"next": self.step.value, "seconds": self.seconds}


END: Final = Onward(Step.END)
TOO_LATE: Final = SyncTrouble(
    "lipsync.provider_timeout",
    "The lip-sync provider did not get done in time. Retry the job; shorter ranges help.",
    Remedy.GIVE_UP,
)
_PAUSES: Final = (5, 20, 60)
_SIGNINGS: Final = 2
_REJECTING: Final = {"lipsync.rejected"}


def after_trouble(
    line: LipSyncLine, job: LipSyncJob, trouble: SyncTrouble, *, rejected: bool = False
) -> Onward:
    """Note how the latest attempt has ended, and decide. The place is kept for the next one."""
    onward = _onward(job, trouble)
    if onward.step is Step.END:
        status = LipSyncStatus.REJECTED if rejected else LipSyncStatus.FAILED
        give_up(line, job.job_id, status, trouble)
        return onward
    _note(line, job, trouble)
    return onward


def _note(line: LipSyncLine, job: LipSyncJob, trouble: SyncTrouble) -> None:
    asked = job.attempt

    def failed(now_at: LipSyncJob) -> LipSyncJob:
        now_at.require_open()
        latest = now_at.attempt
        if asked is None or latest is None or latest.key != asked.key or latest.over_at:
            return now_at
        return now_at.attempt_failed(trouble.provider_code, trouble.remedy.value, line.clock())

    change(line.jobs, job.job_id, failed)


def _onward(job: LipSyncJob, trouble: SyncTrouble) -> Onward:
    """`made` counts what the provider was given to do, this one with it."""
    made = [one for one in job.attempts if one.remedy != Remedy.WAIT.value]
    if len(made) >= MAX_ATTEMPTS:
        return END
    match trouble.remedy:
        case Remedy.TRY_AGAIN:
            tried = sum(one.remedy == Remedy.TRY_AGAIN.value for one in made)
            return Onward(Step.SUBMIT, _PAUSES[min(tried, len(_PAUSES) - 1)])
        case Remedy.SIGN_AGAIN:
            signed = sum(one.remedy == Remedy.SIGN_AGAIN.value for one in made)
            return Onward(Step.SUBMIT, 1) if signed < _SIGNINGS else END
        case Remedy.REENCODE:
            return END if job.encoded else Onward(Step.ENCODE)
    return END


def give_up(
    line: LipSyncLine, job_id: str, status: LipSyncStatus, trouble: SyncTrouble
) -> LipSyncJob:
    """The job ends for this reason; the first reason stays. Its place is given back."""

    def ended(job: LipSyncJob) -> LipSyncJob:
        if job.over:
            return job
        now, latest = line.clock(), job.attempt
        if latest is not None and latest.over_at is None:
            last = replace(latest, over_at=now, provider_code=trouble.provider_code)
            job = replace(job, attempts=(*job.attempts[:-1], last))
        failure = Failure(code=trouble.code, detail=trouble.detail, stage=job.status.value)
        return job.ended(status, failure, now)

    job = change(line.jobs, job_id, ended)
    line.leave(job_id)
    return job


def is_late(job: LipSyncJob, clock: Callable[[], datetime]) -> bool:
    """Whether the provider has had its time."""
    return job.deadline is not None and clock() > job.deadline
