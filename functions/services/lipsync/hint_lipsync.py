"""Somebody says that a generation is over: it is looked at at once, by its job and by nothing else
that was said."""

from __future__ import annotations

from datetime import datetime

from functions.domain.lipsync.job import LipSyncJob
from functions.domain.lipsync.job_ports import LipSyncHints, LipSyncJobStore
from functions.services.ownership import is_id


def hint_lipsync(
    jobs: LipSyncJobStore, hints: LipSyncHints, job_id: str, generation_id: str, now: datetime
) -> bool:
    """False where no job of ours waits for this generation, nor is about to: a duplicate, or one
    that came late."""
    if not is_id(job_id):
        return False
    if not jobs.hasten(job_id, generation_id, now) and not _is_early(
        jobs.get(job_id), generation_id
    ):
        return False
    hints.look_at(job_id)
    return True


def _is_early(job: LipSyncJob | None, generation_id: str) -> bool:
    """Whether it came before anybody waits: what is soon over may be over by then."""
    attempt = job.attempt if job else None
    if job is None or job.over or attempt is None or attempt.over_at is not None:
        return False
    return job.next_poll_at is None and attempt.generation_id in {None, generation_id}
