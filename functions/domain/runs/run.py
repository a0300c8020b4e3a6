"""One run of the pipeline over a video, and how far it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from functions.domain.cutting.budget import Estimate, Spent
from functions.domain.cutting.exactness import Exactness
from functions.domain.cutting.segmentation import Mode
from functions.domain.extras import Extra
from functions.domain.failure import Failure
from functions.domain.runs.stage import ALL_STAGES, STAGES, Stage
from functions.domain.times import Milliseconds

__all__ = ["Outcome", "Run", "RunOptions", "RunStatus", "Stage", "StageTimes"]


class RunStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN = frozenset({RunStatus.QUEUED, RunStatus.RUNNING})


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTimes:
    """`attempts` counts the calls of a stage that is one call, `errors` those that said why they
    failed, `last_error` with which code; a worker that was killed says nothing. `given_up`: it has
    failed, and the run goes on without it."""

    started_at: datetime | None = None
    finished_at: datetime | None = None
    reused: bool = False
    given_up: bool = False
    attempts: int = 0
    errors: int = 0
    last_error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What was asked of a run: how to cut, what to make beside, which stages, again from where."""

    mode: Mode
    cut: Exactness
    extras: tuple[Extra, ...] = ()
    stages: tuple[Stage, ...] | None = None
    from_stage: Stage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run that cut leaves with its video."""

    segment_count: int
    poster_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run, the `number`th of its video. It goes through the stages `todo`, and does those of
    `redo` again though they were done before. `progress` holds, for each window, the milliseconds
    of media it has worked through; `keep_segments` leaves those of earlier plans where they are.

    `lease_until` and `watch_shard` are there until it has let its video go (see `lease`);
    `revived` counts how often its execution had to be started for it. The last three add up what
    its functions took: see `spent`."""

    video_id: str
    run_id: str
    user_id: str
    status: RunStatus
    created_at: datetime
    number: int = 1
    options: RunOptions | None = None
    todo: tuple[Stage, ...] = ALL_STAGES
    redo: tuple[Stage, ...] = ()
    stages: Mapping[Stage, StageTimes] = field(default_factory=dict)
    progress: Mapping[str, Milliseconds] = field(default_factory=dict)
    media_duration: Milliseconds | None = None
    plan_key: str | None = None
    finished_at: datetime | None = None
    error: Failure | None = None
    outcome: Outcome | None = None
    keep_segments: bool = False
    lease_until: datetime | None = None
    watch_shard: str | None = None
    revived: int = 0
    estimate: Estimate | None = None
    calls: int = 0
    milliseconds: int = 0
    mb_milliseconds: int = 0

    @property
    def spent(self) -> Spent:
        return Spent(
            calls=self.calls,
            milliseconds=self.milliseconds,
            mb_milliseconds=self.mb_milliseconds,
        )

    @property
    def open(self) -> bool:
        """It waits or works; else it has ended, one way or the other."""
        return self.status in OPEN

    @property
    def watched(self) -> bool:
        """Something of it may be left to be done, its end included."""
        return self.watch_shard is not None

    def does(self, stage: Stage) -> bool:
        """Whether the run goes through a stage."""
        return stage in self.todo

    def redoes(self, stage: Stage) -> bool:
        """Whether what an earlier run has made of a stage is made again."""
        return stage in self.redo

    def cut_seconds(self) -> float | None:
        """What an estimate is of: from the plan to the joined sound, once that is."""
        begun, ended = self.times(Stage.PLAN).started_at, self.times(Stage.AUDIO).finished_at
        return round((ended - begun).total_seconds(), 3) if begun and ended else None

    def stage(self) -> Stage:
        """The stage the run is in: the latest that has begun."""
        begun = [stage for stage in Stage if self.times(stage).started_at]
        return begun[-1] if begun else Stage.CLAIM

    def times(self, stage: Stage) -> StageTimes:
        return self.stages.get(stage, StageTimes())

    def percent(self) -> float:
        """0 to 100. Grows only, since stage times and window progress are only ever raised, and
        what a run goes through is settled with its row."""
        if self.status is RunStatus.SUCCEEDED:
            return 100.0
        whole = sum(STAGES[stage].share for stage in self.todo)
        done = 100 * sum(self._done(stage) for stage in self.todo) / max(whole, 1)
        return min(round(done, 1), 99.9)

    def _done(self, stage: Stage) -> float:
        """What of a stage's share is behind."""
        share = STAGES[stage].share
        if self.times(stage).finished_at:
            return share
        if stage is Stage.CUT and self.media_duration:
            return share * min(sum(self.progress.values()) / self.media_duration, 1.0)
        return 0.0
