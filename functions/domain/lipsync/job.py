"""A lip-sync job, and how it moves on.

A second attempt at the provider is an attempt of the same state: it never moves back.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from functions.domain.errors import FieldError
from functions.domain.failure import Failure
from functions.domain.lipsync.asked import (
    Audio,
    FileAnnounced,
    LipSyncAsked,
    Measured,
    SegmentData,
    TextRemoval,
)
from functions.domain.lipsync.attempt import Attempt, InputSource, LipSyncResult
from functions.domain.lipsync.cost import LipSyncCost
from functions.domain.lipsync.generation import LipSyncModel, SyncMode, SyncOptions
from functions.domain.lipsync.states import ORDER, OVER, JobOverError, LipSyncStatus
from functions.domain.tiers import Tier

UPLOADS_LIFE: Final = timedelta(hours=24)
MAX_ATTEMPTS: Final = 4
"""Generations that one job may cost, the first among them."""


UPLOADS_EXPIRED: Final = Failure(
    code="lipsync.uploads_expired",
    detail="Not all files had arrived within a day. Send a new job.",
    stage="awaiting_uploads",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LipSyncJob:
    """`video_file` is set where the video comes with the job: then its id is the job's.
    `inputs_of` is the job whose uploads are used: of a retry that is the first one. `times` says
    when each state began. `next_poll_at` is there while it waits for the provider."""

    job_id: str
    user_id: str
    tier: Tier
    status: LipSyncStatus
    created_at: datetime
    updated_at: datetime
    is_pro_job: bool = True
    video_id: str
    inputs_of: str
    video_file: FileAnnounced | None = None
    audios: tuple[Audio, ...]
    segments_data: tuple[SegmentData, ...]
    model: LipSyncModel
    sync_mode: SyncMode
    options: SyncOptions = field(default_factory=SyncOptions)
    text_removal: TextRemoval | None = None
    title: str | None = None
    request_digest: str = ""
    uploads_until: datetime
    cost: LipSyncCost
    measured: Measured | None = None
    inputs: tuple[InputSource, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    task_token: str | None = None
    next_poll_at: datetime | None = None
    polls: int = 0
    deadline: datetime | None = None
    result: LipSyncResult | None = None
    error: Failure | None = None
    problems: tuple[FieldError, ...] = ()
    retry_of: str | None = None
    times: dict[str, datetime] = field(default_factory=dict)
    version: int = 0

    @property
    def asked(self) -> LipSyncAsked:
        return LipSyncAsked(
            video_id=None if self.video_file else self.video_id,
            video=self.video_file,
            audios=self.audios,
            segments=self.segments_data,
            model=self.model,
            sync_mode=self.sync_mode,
            options=self.options,
            text_removal=self.text_removal,
            title=self.title,
        )

    @property
    def over(self) -> bool:
        return self.status in OVER

    @property
    def attempt(self) -> Attempt | None:
        """The latest."""
        return self.attempts[-1] if self.attempts else None

    @property
    def generation_id(self) -> str | None:
        return self.attempt.generation_id if self.attempt else None

    @property
    def encoded(self) -> bool:
        """Whether its inputs were written anew: that is tried once."""
        return any(one.encoded for one in self.inputs)

    def status_at(self, now: datetime) -> LipSyncStatus:
        """What a reader sees: uploads that never came expire by themselves."""
        waits = self.status is LipSyncStatus.AWAITING_UPLOADS
        return LipSyncStatus.FAILED if waits and now > self.uploads_until else self.status

    def error_at(self, now: datetime) -> Failure | None:
        return self.error if self.status_at(now) is self.status else UPLOADS_EXPIRED

    def require_open(self) -> None:
        """Raises JobOverError once it has ended."""
        if self.over:
            raise JobOverError(self.status)

    def moved(self, to: LipSyncStatus, now: datetime) -> LipSyncJob:
        """On to a later state; as it is where it has come so far. Raises JobOverError."""
        self.require_open()
        if ORDER[to] <= ORDER[self.status]:
            return self
        return replace(
            self, status=to, updated_at=now, times={**self.times, to.value: now}, next_poll_at=None
        )

    def prepared(
        self, inputs: tuple[InputSource, ...], measured: Measured, cost: LipSyncCost, now: datetime
    ) -> LipSyncJob:
        self.require_open()
        return replace(self, inputs=inputs, measured=measured, cost=cost, updated_at=now)

    def attempting(self, attempt: Attempt, deadline: datetime, now: datetime) -> LipSyncJob:
        """Its bytes are kept: from now on nothing else is sent under this key."""
        begun = self.moved(LipSyncStatus.SUBMITTING, now)
        return replace(begun, attempts=(*self.attempts, attempt), deadline=deadline)

    def submitted(self, generation_id: str, now: datetime) -> LipSyncJob:
        """The provider has taken the latest attempt; noted before anybody waits for it."""
        self.require_open()
        return self._attempt(generation_id=generation_id, submitted_at=now, updated_at=now)

    def waiting(self, token: str, next_poll_at: datetime, now: datetime) -> LipSyncJob:
        """A task waits for its end."""
        at = self.moved(LipSyncStatus.PROCESSING, now)
        return replace(at, task_token=token, next_poll_at=next_poll_at, updated_at=now)

    def told(self) -> LipSyncJob:
        """Nobody waits any more: it is not looked at again."""
        return replace(self, task_token=None, next_poll_at=None)

    def attempt_failed(self, provider_code: str | None, remedy: str, now: datetime) -> LipSyncJob:
        """The latest attempt came to nothing; the next one has another key."""
        self.require_open()
        return self._attempt(
            over_at=now, provider_code=provider_code, remedy=remedy, updated_at=now
        ).told()

    def attempt_done(self, now: datetime) -> LipSyncJob:
        """The provider has finished: the file can be fetched."""
        done = self._attempt(over_at=now, updated_at=now)
        return done.moved(LipSyncStatus.DOWNLOADING, now).told()

    def _attempt(self, *, updated_at: datetime, **changes: object) -> LipSyncJob:
        *before, last = self.attempts
        changed = replace(last, **changes)  # type: ignore[arg-type]
        return replace(self, attempts=(*before, changed), updated_at=updated_at)

    def completed(self, result: LipSyncResult, now: datetime) -> LipSyncJob:
        return replace(self.moved(LipSyncStatus.COMPLETED, now), result=result).told()

    def ended(
        self,
        to: LipSyncStatus,
        failure: Failure | None,
        now: datetime,
        problems: tuple[FieldError, ...] = (),
    ) -> LipSyncJob:
        """Failed, rejected or cancelled. Raises JobOverError where it has ended before."""
        return replace(self.moved(to, now), error=failure, problems=problems).told()
