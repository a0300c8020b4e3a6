"""Looking at what waits for the provider: only what is due, much at once.

Whoever looks takes a job first, by one conditional write that moves its next time: so two who look
at once share the work, and one who dies is followed at that time. What is found is not kept: the
task that waits is woken and looks itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from functions.domain.lipsync.attempt import Attempt
from functions.domain.lipsync.errors import ProviderError, UnknownGenerationError
from functions.domain.lipsync.generation import SyncGeneration
from functions.domain.lipsync.job import LipSyncJob
from functions.domain.lipsync.job_ports import DueJob
from functions.domain.lipsync.polling import POLL_SHARDS, next_poll
from functions.domain.lipsync.ports import LipSyncProvider
from functions.services.lipsync.jobs import LipSyncLine, change

AT_ONCE: Final = 500
"""Of a shard, in one look."""
_WRITERS: Final = 16
_FEW: Final = 16
_WAIT_S: Final = 5
"""So long answers may wait for an end, where few are asked for."""
_EARLY: Final = 30
_EARLY_S: Final = 0.5
"""A hint that came too early looks so often, and so long apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """What a look works with."""

    line: LipSyncLine
    provider: LipSyncProvider


@dataclass(frozen=True, slots=True)
class Looked:
    """How many were asked for, and how many of them were over."""

    asked: int = 0
    woken: int = 0

    def and_then(self, other: Looked) -> Looked:
        return Looked(self.asked + other.asked, self.woken + other.woken)


def look_around(looking: Looking, until: datetime, sleep: Callable[[float], None]) -> Looked:
    """Look at whatever gets due until then."""
    looked = Looked()
    while (now := looking.line.clock()) < until:
        due = [job for shard in POLL_SHARDS for job in looking.line.jobs.due(shard, until, AT_ONCE)]
        ripe = [job for job in due if job.next_poll_at <= now]
        if ripe:
            looked = looked.and_then(look_at(looking, ripe))
        elif due:
            first = min(job.next_poll_at for job in due)
            sleep(min(max((first - now).total_seconds(), 0.05), 5.0))
        else:
            break
    return looked


def look_at(looking: Looking, due: Sequence[DueJob]) -> Looked:
    """Ask for those that nobody else has taken, in parallel; wake who waits for what is over."""
    with ThreadPoolExecutor(_WRITERS) as pool:
        now = looking.line.clock()
        mine = pool.map(lambda it: _take(looking, it, now), due)
        taken = [job for job, got in zip(due, mine, strict=True) if got]
        if not taken:
            return Looked()
        wait = _WAIT_S if len(taken) <= _FEW else 0
        found = looking.provider.get([job.generation_id for job in taken], wait=wait)
        over = [job for job in taken if _is_over(found[job.generation_id], job, looking)]
        woken = list(pool.map(lambda it: wake(looking.line, it.job_id, it.generation_id), over))
    return Looked(len(taken), sum(woken))


def _take(looking: Looking, job: DueJob, now: datetime) -> bool:
    return looking.line.jobs.postpone(job, next_poll(job.model, job.submitted_at, now))


def _is_over(found: SyncGeneration | ProviderError, job: DueJob, looking: Looking) -> bool:
    """Or late, or lost: then, too, it is not waited for any more."""
    if isinstance(found, UnknownGenerationError) or looking.line.clock() > job.deadline:
        return True
    return isinstance(found, SyncGeneration) and found.status.over


def wake(line: LipSyncLine, job_id: str, generation_id: str) -> bool:
    """Tell the task that waits for it. Whoever comes second finds that nobody waits."""
    job = line.jobs.get(job_id)
    if job is None or job.task_token is None or job.generation_id != generation_id:
        return False
    token = job.task_token
    told = line.tokens.succeed(token, {"job_id": job_id})

    def rests(it: LipSyncJob) -> LipSyncJob:
        return it.told() if it.task_token == token and not it.over else it

    change(line.jobs, job_id, rests)
    return told


def look_now(looking: Looking, job_id: str, sleep: Callable[[float], None]) -> Looked:
    """Somebody has hinted at an end: maybe before the task that waits for it, which is waited for
    a while."""
    for _ in range(_EARLY):
        job = looking.line.jobs.get(job_id)
        attempt = job.attempt if job else None
        if job is None or job.over or attempt is None or attempt.over_at is not None:
            break
        due = _due(job, attempt)
        if due is not None:
            return look_at(looking, [due])
        sleep(_EARLY_S)
    return Looked()


def _due(job: LipSyncJob, attempt: Attempt) -> DueJob | None:
    """None for a job that nobody waits for."""
    if job.next_poll_at is None or job.deadline is None:
        return None
    if attempt.generation_id is None or attempt.submitted_at is None:
        return None
    return DueJob(
        job_id=job.job_id,
        generation_id=attempt.generation_id,
        model=job.model,
        submitted_at=attempt.submitted_at,
        next_poll_at=job.next_poll_at,
        deadline=job.deadline,
    )
