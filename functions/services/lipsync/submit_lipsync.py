"""Asking the provider for a generation: once, whatever happens on the way.

The request is kept, byte for byte, before it is sent for the first time, and is sent with the key
of its attempt: so a worker that is killed anywhere in between is followed by one that sends the
same again, and the provider answers with the same generation. A new key is used only where it is
certain that nothing came of the one before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from functions.domain.ids import fingerprint
from functions.domain.keys import lipsync_work
from functions.domain.lipsync.attempt import Attempt
from functions.domain.lipsync.codes import Remedy
from functions.domain.lipsync.errors import (
    OutcomeUnknownError,
    ProviderError,
    ProviderUnavailableError,
    RateLimitedError,
    SlotsTakenError,
)
from functions.domain.lipsync.generation import SyncRequest
from functions.domain.lipsync.job import LipSyncJob
from functions.domain.lipsync.polling import patience
from functions.domain.lipsync.ports import LipSyncProvider
from functions.domain.media.ports import MediaStore
from functions.domain.ports import VideoStore
from functions.services.lipsync.course import TOO_LATE, Onward, Step, after_trouble, is_late
from functions.services.lipsync.jobs import LipSyncLine, change, open_job, require_video
from functions.services.lipsync.prepare_lipsync import length_of
from functions.services.lipsync.request import document_of, new_request, read_request

_FRESH: Final = timedelta(minutes=10)
"""What was surely not taken is signed anew after that."""
_PAUSE_S: Final = 10
_MOST_S: Final = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """What submitting works with; `webhook` makes the address that the provider may call."""

    line: LipSyncLine
    provider: LipSyncProvider
    videos: VideoStore
    media: MediaStore
    webhook: Callable[[str], str | None]


def submit_lipsync(desk: Submission, job_id: str) -> Onward:
    """Ask for the job's next generation, or go on with the one that is under way.

    Raises NotFoundError where the video was deleted: nothing is paid for then.
    """
    line = desk.line
    job = open_job(line.jobs, job_id)
    require_video(desk.videos, job)
    attempt = job.attempt
    first = attempt is None or attempt.over_at is not None
    if first:
        job = _begin(desk, job)
        attempt = job.attempt
    assert attempt is not None  # noqa: S101  (just begun)
    if attempt.generation_id is not None:
        return Onward(Step.WAIT)
    return _ask(desk, job, attempt, first=first)


def _ask(desk: Submission, job: LipSyncJob, attempt: Attempt, *, first: bool) -> Onward:
    request = read_request(desk.media.read_json(attempt.request_key))
    if is_late(job, desk.line.clock):
        return _too_late(desk, job, attempt, request)
    try:
        generation = desk.provider.submit(request, attempt.key)
    except OutcomeUnknownError as error:
        if error.generation_id:
            return _taken(desk, job, attempt, error.generation_id)
        return _found(desk, job, attempt, request) or Onward(Step.SUBMIT, _PAUSE_S)
    except ProviderError as error:
        if _may_pass(desk, attempt, error):
            return Onward(Step.SUBMIT, _pause(error))
        # This call was refused; an earlier one under this key may have been taken.
        found = None if first else _found(desk, job, attempt, request)
        return found or _not_taken(desk, job, attempt, error)
    return _taken(desk, job, attempt, generation.id)


def _may_pass(desk: Submission, attempt: Attempt, error: ProviderError) -> bool:
    """The same is sent again, for as long as its addresses are young."""
    if isinstance(error, SlotsTakenError | RateLimitedError):
        return desk.line.clock() - attempt.signed_at <= _FRESH
    return isinstance(error, ProviderUnavailableError)


def _too_late(desk: Submission, job: LipSyncJob, attempt: Attempt, request: SyncRequest) -> Onward:
    """It may be made all the same, and only nobody knows."""
    try:
        found = desk.provider.find(request, attempt.signed_at)
    except ProviderError:
        found = None
    if found is not None and found.status.over:
        return _taken(desk, job, attempt, found.id)
    return after_trouble(desk.line, job, TOO_LATE)


def _taken(desk: Submission, job: LipSyncJob, attempt: Attempt, generation_id: str) -> Onward:
    def noted(it: LipSyncJob) -> LipSyncJob:
        latest = it.attempt
        if latest is None or latest.key != attempt.key or latest.generation_id:
            return it
        return it.submitted(generation_id, desk.line.clock())

    change(desk.line.jobs, job.job_id, noted)
    return Onward(Step.WAIT)


def _found(
    desk: Submission, job: LipSyncJob, attempt: Attempt, request: SyncRequest
) -> Onward | None:
    """What was made of an earlier call; None where nothing was. While that cannot be told nothing
    is decided."""
    try:
        found = desk.provider.find(request, attempt.signed_at)
    except ProviderError as error:
        return Onward(Step.SUBMIT, _pause(error))
    return _taken(desk, job, attempt, found.id) if found else None


def _not_taken(desk: Submission, job: LipSyncJob, attempt: Attempt, error: ProviderError) -> Onward:
    """The provider has nothing of it, so a new key is none too many: after a 429 with addresses
    that are signed anew, else as its trouble asks for."""
    if not isinstance(error, SlotsTakenError | RateLimitedError):
        return after_trouble(desk.line, job, error.trouble)

    def let_go(it: LipSyncJob) -> LipSyncJob:
        it.require_open()
        latest = it.attempt
        if latest is None or latest.key != attempt.key or latest.generation_id:
            return it
        code = error.trouble.provider_code
        return it.attempt_failed(code, Remedy.WAIT.value, desk.line.clock())

    change(desk.line.jobs, job.job_id, let_go)
    return Onward(Step.SUBMIT, _pause(error))


def _pause(error: ProviderError) -> int:
    """Either kind of 429: one waits for somebody else's end, the other only for a while."""
    usual = 3 * _PAUSE_S if isinstance(error, SlotsTakenError) else _PAUSE_S
    wanted = usual if error.retry_after is None else round(error.retry_after)
    return min(max(1, wanted), _MOST_S)


def _begin(desk: Submission, job: LipSyncJob) -> LipSyncJob:
    """The next attempt: its request is kept, then its key. Of two workers that begin at once, one
    is heard."""
    now, number = desk.line.clock(), len(job.attempts) + 1
    key = job.job_id if number == 1 else f"{job.job_id}.{number}"
    request = new_request(job, number, desk.media, desk.webhook(job.job_id))
    document = document_of(request)
    name = fingerprint(now, key, str(document))
    work = lipsync_work(job.user_id, job.video_id, job.job_id)
    attempt = Attempt(
        number=number, key=key, request_key=f"{work}/request-{number}-{name}.json", signed_at=now
    )
    desk.media.write_json(attempt.request_key, document)
    # Until it is over this is also how long the URLs are good.
    deadline = _deadline(job, now)
    return desk.line.jobs.save(job.attempting(attempt, deadline, now))


def _deadline(job: LipSyncJob, now: datetime) -> datetime:
    return now + patience(job.model, length_of(job))
