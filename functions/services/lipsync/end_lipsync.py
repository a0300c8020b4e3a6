"""Other ends of a lip-sync job: what failed is written down, what is not wanted is stopped, and
what did not go well can be tried as a new job."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from functions.domain.errors import ConflictError, NotFoundError
from functions.domain.failure import Failure
from functions.domain.ids import derived_id
from functions.domain.lipsync.codes import Remedy
from functions.domain.lipsync.job import LipSyncJob
from functions.domain.lipsync.job_ports import LipSyncGate, LipSyncRuns
from functions.domain.lipsync.states import LipSyncStatus
from functions.domain.lipsync.trouble import SyncTrouble
from functions.services.lipsync.course import give_up
from functions.services.lipsync.jobs import LipSyncDesk, LipSyncLine, change, own_job
from functions.services.lipsync.start_lipsync import start_if_whole
from functions.services.ownership import Caller

_INTERNAL = SyncTrouble(
    "lipsync.internal",
    "Something of ours failed. Retry the job; its files are kept.",
    Remedy.TRY_AGAIN,
)
_SOON = timedelta(minutes=5)
"""All files are there: it starts at once or not at all."""
_TRIABLE = {LipSyncStatus.FAILED, LipSyncStatus.REJECTED, LipSyncStatus.CANCELLED}


def fail_lipsync(
    line: LipSyncLine, job_id: str, code: str | None, detail: str | None
) -> Failure | None:
    """Write `failed`, give its place back. An error without a code is ours, and says so.

    None where nothing has failed: it has ended before, in whichever way, or is gone.
    """
    trouble = replace(_INTERNAL, code=code or _INTERNAL.code, detail=detail or _INTERNAL.detail)
    before = line.jobs.get(job_id)
    try:
        job = give_up(line, job_id, LipSyncStatus.FAILED, trouble)
    except NotFoundError:
        line.leave(job_id)
        return None
    return None if before is None or before.over else job.error


def cancel_lipsync(
    desk: LipSyncDesk, runs: LipSyncRuns, gate: LipSyncGate, caller: Caller, job_id: str
) -> LipSyncJob:
    """Fine to repeat. Raises ConflictError for one that has ended otherwise.

    What the provider has begun it finishes, and bills: it has no way to stop it.
    """
    own_job(caller, desk, job_id)
    now = desk.clock()

    def cancelled(job: LipSyncJob) -> LipSyncJob:
        if job.status is LipSyncStatus.CANCELLED:
            return job
        return job.ended(LipSyncStatus.CANCELLED, None, now)

    job = change(desk.jobs, job_id, cancelled)
    gate.leave(job_id)
    runs.stop(job_id)
    return job


def retry_lipsync(desk: LipSyncDesk, runs: LipSyncRuns, caller: Caller, job_id: str) -> LipSyncJob:
    """The same again, as a new job with the files of the old one; each job is retried once, and
    asking again finds that retry. Raises ConflictError for one that goes on or went well."""
    old = own_job(caller, desk, job_id)
    desk.rules.of(caller.tier)
    now = desk.clock()
    if old.status_at(now) not in _TRIABLE:
        says = "Only a job that failed, was rejected or cancelled can be retried."
        raise ConflictError("lipsync.not_retriable", says)
    new_id = derived_id("lipsync-retry", job_id)
    new = LipSyncJob(
        job_id=new_id,
        user_id=old.user_id,
        tier=caller.tier,
        status=LipSyncStatus.AWAITING_UPLOADS,
        created_at=now,
        updated_at=now,
        video_id=old.video_id,
        inputs_of=old.inputs_of,
        video_file=old.video_file,
        audios=old.audios,
        segments_data=old.segments_data,
        model=old.model,
        sync_mode=old.sync_mode,
        options=old.options,
        text_removal=old.text_removal,
        title=old.title,
        request_digest=old.request_digest,
        uploads_until=now + _SOON,
        cost=old.cost,
        times={LipSyncStatus.AWAITING_UPLOADS.value: now},
        retry_of=job_id,
        version=1,
    )
    _require_files(desk, runs, new)
    return desk.jobs.get(new_id) or new


def _require_files(desk: LipSyncDesk, runs: LipSyncRuns, new: LipSyncJob) -> None:
    """Nothing is sent again for a retry."""
    if desk.jobs.get(new.job_id) is None:
        desk.jobs.create(new)
    job = start_if_whole(desk, runs, new.job_id)
    if job is not None and job.status is LipSyncStatus.AWAITING_UPLOADS:
        says = "Files of that job never came or are gone; send a new job."
        raise ConflictError("lipsync.files_missing", says)
