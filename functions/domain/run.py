"""One run of the pipeline over a video, and how far it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from functions.domain.budget import Estimate, Spent
from functions.domain.times import Milliseconds
from functions.domain.video import Failure


class Stage(StrEnum):
    CLAIM = "claim"
    PROBE = "probe"
    ANALYSIS = "analysis"
    PLAN = "plan"
    CUT = "cut"
    AUDIO = "audio"
    FINISH = "finish"


class RunStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


# What each finished stage adds to the percentage; cutting is counted by milliseconds done.
_SHARE = {
    Stage.CLAIM: 1,
    Stage.PROBE: 3,
    Stage.ANALYSIS: 10,
    Stage.PLAN: 2,
    Stage.CUT: 78,
    Stage.AUDIO: 4,
    Stage.FINISH: 2,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StageTimes:
    started_at: datetime | None = None
    finished_at: datetime | None = None
    reused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run. `progress` holds, for each window, the milliseconds of media it has worked through;
    `keep_segments` leaves those of earlier plans where they are. The last three add up what its
    functions took: see `spent`."""

    video_id: str
    run_id: str
    user_id: str
    status: RunStatus
    created_at: datetime
    stages: Mapping[Stage, StageTimes] = field(default_factory=dict)
    progress: Mapping[str, Milliseconds] = field(default_factory=dict)
    media_duration: Milliseconds | None = None
    plan_key: str | None = None
    finished_at: datetime | None = None
    error: Failure | None = None
    keep_segments: bool = False
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
        """0 to 100. Grows only, since stage times and window progress are only ever raised."""
        if self.status is RunStatus.SUCCEEDED:
            return 100.0
        done: float = sum(_SHARE[stage] for stage in Stage if self.times(stage).finished_at)
        if not self.times(Stage.CUT).finished_at and self.media_duration:
            cut = min(sum(self.progress.values()) / self.media_duration, 1.0)
            done += _SHARE[Stage.CUT] * cut
        return min(round(done, 1), 99.9)
