"""One run over a transcript that looks for moments: what was asked, what it cost, what came of it.

queued ──> running ──> succeeded
   └──────────┴──────> failed
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from functions.domain.failure import Failure
from functions.domain.ids import fingerprint
from functions.domain.moments.moment import Moment, MomentOptions
from functions.domain.moments.proposals import Proposals
from functions.domain.moments.usage import Usage

LEASE: Final = timedelta(minutes=75)
"""Longer than its execution may take: a generation that is open after that is lost."""
LOST: Final = Failure(
    code="moments.lost",
    detail="This generation stopped without an end; ask for moments again.",
    stage="moments",
)


class GenerationStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """`key` names what it follows from, `verdicts` what its user thought of earlier moments: where
    both are the same, so is the outcome, unless it is `degraded`. `attempt` tells apart what was
    asked for anew. `run_id` is the run of the pipeline that has opened it, if one has. `generator`
    is what has in fact made it, and `reused` says that its proposals were those of an earlier one.
    `found` and `kept` count moments."""

    video_id: str
    generation_id: str
    user_id: str
    number: int
    key: str
    verdicts: str
    options: MomentOptions
    transcript_version: int
    created_at: datetime
    lease_until: datetime
    attempt: int = 0
    run_id: str | None = None
    status: GenerationStatus = GenerationStatus.QUEUED
    started_at: datetime | None = None
    finished_at: datetime | None = None
    error: Failure | None = None
    generator: str | None = None
    prompt_version: str | None = None
    model_id: str | None = None
    parameters: Mapping[str, float] = field(default_factory=dict)
    usage: Usage = field(default_factory=Usage)
    cost_usd: float = 0.0
    reused: bool = False
    notes: tuple[str, ...] = ()
    degraded: bool = False
    found: int | None = None
    kept: int | None = None

    @property
    def open(self) -> bool:
        return self.status in {GenerationStatus.QUEUED, GenerationStatus.RUNNING}

    def lost(self, now: datetime) -> bool:
        """Whether it is open though its time is over."""
        return self.open and self.lease_until < now

    def answers(self, key: str, verdicts: str) -> bool:
        """Whether it is, or will be, what another one with these would come to."""
        if self.key != key or self.status is GenerationStatus.FAILED:
            return False
        return self.open or (self.verdicts == verdicts and not self.degraded)

    def begun(self, now: datetime) -> Generation:
        started = self.started_at or now
        return replace(self, status=GenerationStatus.RUNNING, started_at=started)

    def failed(self, failure: Failure, now: datetime) -> Generation:
        return replace(self, status=GenerationStatus.FAILED, error=failure, finished_at=now)

    def succeeded(
        self, made: Proposals, *, reused: bool, found: int, kept: int, verdicts: str, now: datetime
    ) -> Generation:
        """What was paid for an earlier one is not paid again."""
        return replace(
            self,
            status=GenerationStatus.SUCCEEDED,
            finished_at=now,
            generator=made.generator,
            prompt_version=made.prompt_version,
            model_id=made.model_id,
            parameters=made.parameters,
            usage=Usage() if reused else made.usage,
            cost_usd=0.0 if reused else made.cost_usd,
            reused=reused,
            notes=made.notes,
            degraded=made.degraded,
            found=found,
            kept=kept,
            verdicts=verdicts,
        )


def generation_id_of(number: int, key: str) -> str:
    """Sorts a video's generations; the same asked twice at once is the same id."""
    return f"{number:06d}-{key}"


def key_of(
    video_id: str, options: MomentOptions, transcript_version: int, made_by: str, *, sound: bool
) -> str:
    """`made_by` is the generator with its version; `sound` whether there is an envelope."""
    asked = (options.count, options.minimum, options.maximum, options.topic or "")
    return fingerprint("moments", video_id, transcript_version, made_by, sound, *asked)


def verdicts_of(moments: Iterable[Moment]) -> str:
    """Names what is kept, and why."""
    kept = sorted(f"{one.moment_id}:{one.status}" for one in moments if one.kept and one.current)
    return fingerprint(*kept)


def search_name(video_id: str, generation_id: str) -> str:
    """The name of the execution: of both, since a generation's id is its video's."""
    return f"{video_id}-{generation_id}"
