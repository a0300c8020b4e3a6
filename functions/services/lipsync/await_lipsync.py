"""A task waits for the provider: its token is noted, and when to look."""

from __future__ import annotations

from functions.domain.lipsync.job import LipSyncJob
from functions.domain.lipsync.polling import next_poll
from functions.services.lipsync.jobs import LipSyncLine, change, open_job


def await_lipsync(line: LipSyncLine, job_id: str, token: str) -> bool:
    """False where there is nothing to wait for: the task is told so at once."""
    job = open_job(line.jobs, job_id)
    attempt = job.attempt
    if attempt is None or attempt.submitted_at is None or attempt.over_at is not None:
        line.tokens.succeed(token, {"job_id": job_id})
        return False
    submitted_at = attempt.submitted_at

    def waits(it: LipSyncJob) -> LipSyncJob:
        it.require_open()
        now = line.clock()
        return it.waiting(token, next_poll(it.model, submitted_at, now), now)

    change(line.jobs, job_id, waits)
    return True
