"""What the services need to begin runs, to follow and to end them (see `domain/ports.py`)."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Protocol

from functions.domain.cutting.budget import Estimate
from functions.domain.failure import Failure
from functions.domain.paging import Page, Position
from functions.domain.runs.run import Outcome, Run, Stage
from functions.domain.times import Milliseconds
from functions.domain.video import Video


class ExecutionState(Enum):
    """`ABSENT`: it never began."""

    ABSENT = "absent"
    RUNNING = "running"
    ENDED = "ended"


class RunStore(Protocol):
    """What a stage writes raises RunOverError once the run has ended, or is gone."""

    def get(self, video_id: str, run_id: str) -> Run | None:
        """The run, read consistently."""

    def create(self, run: Run) -> bool:
        """False if the run exists."""

    def of_video(self, video_id: str, *, limit: int, after: Position | None) -> Page[Run]:
        """Newest first, read consistently."""

    def begin(self, video_id: str, run_id: str, now: datetime) -> bool:
        """queued -> running; True also when it runs already, False when it has ended."""

    def renew(self, video_id: str, run_id: str, until: datetime) -> bool:
        """Move the lease on; False when the run has ended."""

    def stage_started(self, run: Run, stage: Stage, now: datetime, *, counted: bool = True) -> None:
        """Keep the first start, and count the attempts of a stage that is one call."""

    def stage_finished(
        self, run: Run, stage: Stage, now: datetime, *, reused: bool, given_up: bool = False
    ) -> None:
        """Keep the first finish."""

    def stage_failed(self, run: Run, stage: Stage, code: str) -> None:
        """Count an error; nothing where the run is gone."""

    def planned(self, run: Run, plan_key: str, duration: Milliseconds) -> None:
        """Note the plan, so that progress can be counted."""

    def progressed(self, run: Run, window: int, done: Milliseconds) -> bool:
        """Raise a window's progress, never lower it; False when the run has ended."""

    def estimated(self, run: Run, estimate: Estimate) -> None:
        """Note what the plan is expected to take."""

    def spent(self, video_id: str, run_id: str, *, milliseconds: int, memory_mb: int) -> None:
        """Add what one function took; nothing where the run is gone."""

    def succeed(self, run: Run, outcome: Outcome | None, now: datetime) -> bool:
        """running -> succeeded; False if it has ended before."""

    def fail(self, video_id: str, run_id: str, failure: Failure, now: datetime) -> bool:
        """queued or running -> failed; False if it has ended before."""

    def cancel(self, video_id: str, run_id: str, now: datetime) -> bool:
        """queued or running -> cancelled; False if it has ended before."""

    def let_go(self, run: Run) -> None:
        """Nothing is left to be done for a run that has ended."""


class RunLock(Protocol):
    """How a video comes to be held by a run (see `lease`): both are written, or neither."""

    def take(self, video: Video, run: Run) -> Video:
        """Over the version of the video that was read; raises StaleWriteError if it moved on."""

    def create(self, video: Video, run: Run) -> bool:
        """A video that comes with its run; False if the id is taken."""


class RunWatch(Protocol):
    def due(self, shard: str, before: datetime, limit: int) -> list[tuple[str, str]]:
        """Video and run of those whose lease was over before then, the oldest first."""

    def postpone(self, run: Run, until: datetime) -> None:
        """It is not due before then; nothing where it is watched no more."""

    def revive(self, run: Run, now: datetime) -> bool:
        """Count one more start of a queued run, with a new lease; False if another did, or it
        does not wait any more."""


class RunWork(Protocol):
    """Something that goes on for a run outside of its functions: its execution, one nested in it, a
    job of another service, a token that is waited for."""

    def stop(self, run: Run) -> None:
        """End it; fine where there is nothing, or it has ended."""


class Pipeline(RunWork, Protocol):
    def start(self, video_id: str, run_id: str) -> None:
        """Start the run's execution; starting it again changes nothing."""

    def state(self, run_id: str) -> ExecutionState:
        """Whether the run's execution goes on."""
