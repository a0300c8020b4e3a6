"""Runs that stopped without an end: found by their leases, and brought to one.

Whoever finds a run does the same with it, and each step is one conditional write: two at once do
no harm, and what one leaves half-done the next goes on with.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from functions.domain.errors import CutroomError
from functions.domain.runs.lease import AFTERMATH, SKEW, WATCH_SHARDS, is_over, lease_from
from functions.domain.runs.ports import ExecutionState, Pipeline, RunWatch, RunWork
from functions.domain.runs.run import Run, RunStatus
from functions.services.runs.close_run import close_run
from functions.services.runs.fail_run import STOPPED, fail_run
from functions.services.runs.reaping import Reaped
from functions.services.runs.stages import Context
from functions.services.runs.sweep_run import sweep_run

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reaper:
    """`works` is all that may go on for a run, its execution included."""

    context: Context
    pipeline: Pipeline
    watch: RunWatch
    works: Sequence[RunWork]

    def reap(self, run: Run, now: datetime) -> Reaped:
        """Look after one run, if its lease is over."""
        if not run.watched or run.lease_until is None or not is_over(run.lease_until, now):
            return Reaped.LEFT
        if not run.open:
            return self._close(run, now)
        state = self.pipeline.state(run.run_id)
        if state is ExecutionState.RUNNING:
            return self._look_again(run, now, Reaped.WAITING)
        if state is ExecutionState.ABSENT and run.status is RunStatus.QUEUED and not run.revived:
            return self._revive(run, now)
        return self._end(run)

    def _close(self, run: Run, now: datetime) -> Reaped:
        """Workers of a cancelled run may not all have noticed yet: what they leave goes later."""
        done = close_run(self.context, run, self.works)
        if run.status is RunStatus.CANCELLED:
            done = done and now >= (run.finished_at or run.created_at) + AFTERMATH
            if done:
                sweep_run(self.context, run)
        if not done:
            return self._look_again(run, now, Reaped.LEFT)
        self.context.runs.let_go(run)
        return Reaped.CLOSED

    def _look_again(self, run: Run, now: datetime, found: Reaped) -> Reaped:
        self.watch.postpone(run, lease_from(now))
        return found

    def _revive(self, run: Run, now: datetime) -> Reaped:
        """Started again once: its name is taken once, so that a late first start does no harm."""
        if not self.watch.revive(run, now):
            return Reaped.LEFT
        self.pipeline.start(run.video_id, run.run_id)
        return Reaped.REVIVED

    def _end(self, run: Run) -> Reaped:
        failed = fail_run(
            self.context,
            video_id=run.video_id,
            run_id=run.run_id,
            code=STOPPED.code,
            detail=STOPPED.detail,
            works=self.works,
        )
        return Reaped.STOPPED if failed and failed.code == STOPPED.code else Reaped.CLOSED


def reap_runs(reaper: Reaper, now: datetime, limit: int) -> Iterator[Reaped]:
    """At most `limit` runs of each shard, those first that have waited longest."""
    for shard in WATCH_SHARDS:
        for video_id, run_id in reaper.watch.due(shard, now - SKEW, limit):
            # The index may lag behind the row.
            run = reaper.context.runs.get(video_id, run_id)
            if run is None:
                continue
            try:
                yield reaper.reap(run, now)
            except CutroomError as error:
                # It is found again; the others are not to wait for it.
                logger.warning("run not reaped", extra={"run_id": run_id, "code": error.code})
                reaper.watch.postpone(run, lease_from(now))
