"""A job that is ready stands in line for a place at the provider."""

from __future__ import annotations

from functions.domain.lipsync.job_ports import Waiting
from functions.services.lipsync.jobs import LipSyncLine, open_job


def enter_lipsync(line: LipSyncLine, job_id: str, token: str) -> int:
    """Its task is told by the token when it has a place; how many were told by this call."""
    job = open_job(line.jobs, job_id)
    waiting = Waiting(job_id=job_id, user_id=job.user_id, task_token=token)
    line.gate.enter(waiting, line.clock())
    return line.let_in()
