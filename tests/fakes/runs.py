"""Runs in memory: every change is conditional, as it is in the table."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from functions.domain.codec import from_plain, to_plain
from functions.domain.cutting.budget import Estimate
from functions.domain.errors import RunOverError, StaleWriteError
from functions.domain.failure import Failure
from functions.domain.paging import Page, Position
from functions.domain.runs.lease import CLOSING, lease_from
from functions.domain.runs.run import Outcome, Run, RunStatus, Stage, StageTimes
from functions.domain.times import Milliseconds
from functions.domain.video import Video
from tests.fakes.videos import FakeVideoStore

Change = Callable[[Run], Run]


class FakeRunStore:
    """`before_end` runs once, just before the next write that would end a run: somebody else."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], Run] = {}
        self._lock = threading.RLock()
        self.before_end: Callable[[], object] | None = None
        self.reported: list[Milliseconds] = []
        """Every value handed to `progressed`, kept or not."""

    def get(self, video_id: str, run_id: str) -> Run | None:
        with self._lock:
            return self._rows.get((video_id, run_id))

    def of_video(self, video_id: str, *, limit: int, after: Position | None) -> Page[Run]:
        with self._lock:
            runs = [run for run in self._rows.values() if run.video_id == video_id]
        runs.sort(key=lambda run: run.run_id, reverse=True)
        if after is not None:
            runs = [run for run in runs if run.run_id < str(after["run_id"])]
        shown = runs[:limit]
        more = len(runs) > len(shown)
        last = {"video_id": video_id, "run_id": shown[-1].run_id} if more else None
        return Page(tuple(shown), last)

    def create(self, run: Run) -> bool:
        with self._lock:
            if _key(run) in self._rows:
                return False
            plain = {**to_plain(run), "stages": {}, "progress": {}}
            self._rows[_key(run)] = from_plain(Run, plain)
            return True

    def begin(self, video_id: str, run_id: str, now: datetime) -> bool:
        until = lease_from(now)
        return self._end(
            video_id, run_id, lambda run: replace(run, status=RunStatus.RUNNING, lease_until=until)
        )

    def renew(self, video_id: str, run_id: str, until: datetime) -> bool:
        return self._end(video_id, run_id, lambda run: replace(run, lease_until=until))

    def stage_started(self, run: Run, stage: Stage, now: datetime, *, counted: bool = True) -> None:
        def started(times: StageTimes) -> StageTimes:
            first, more = times.started_at or now, times.attempts + counted
            return replace(times, started_at=first, attempts=more)

        self._change_stage(run, stage, started)

    def stage_finished(
        self, run: Run, stage: Stage, now: datetime, *, reused: bool, given_up: bool = False
    ) -> None:
        def finished(times: StageTimes) -> StageTimes:
            if times.finished_at:
                return times
            return replace(times, finished_at=now, reused=reused, given_up=given_up)

        self._change_stage(run, stage, finished)

    def stage_failed(self, run: Run, stage: Stage, code: str) -> None:
        with self._lock:
            if known := self._rows.get(_key(run)):
                times = known.times(stage)
                times = replace(times, errors=times.errors + 1, last_error=code)
                self._rows[_key(run)] = replace(known, stages={**known.stages, stage: times})

    def planned(self, run: Run, plan_key: str, duration: Milliseconds) -> None:
        self._change(run, lambda it: replace(it, plan_key=plan_key, media_duration=duration))

    def estimated(self, run: Run, estimate: Estimate) -> None:
        self._change(run, lambda it: replace(it, estimate=estimate))

    def spent(self, video_id: str, run_id: str, *, milliseconds: int, memory_mb: int) -> None:
        with self._lock:
            if known := self._rows.get((video_id, run_id)):
                self._rows[_key(known)] = replace(
                    known,
                    calls=known.calls + 1,
                    milliseconds=known.milliseconds + milliseconds,
                    mb_milliseconds=known.mb_milliseconds + milliseconds * memory_mb,
                )

    def progressed(self, run: Run, window: int, done: Milliseconds) -> bool:
        def raised(known: Run) -> Run:
            if known.progress.get(str(window), -1) >= done:
                return known
            return replace(known, progress={**known.progress, str(window): done})

        with self._lock:
            self.reported.append(done)
            try:
                self._change(run, raised)
            except RunOverError:
                return False
            return True

    def succeed(self, run: Run, outcome: Outcome | None, now: datetime) -> bool:
        return self._end(
            run.video_id,
            run.run_id,
            lambda known: replace(
                known,
                status=RunStatus.SUCCEEDED,
                outcome=outcome,
                finished_at=now,
                lease_until=now + CLOSING,
            ),
            among={RunStatus.RUNNING},
        )

    def fail(self, video_id: str, run_id: str, failure: Failure, now: datetime) -> bool:
        failed = RunStatus.FAILED
        return self._end(
            video_id,
            run_id,
            lambda known: replace(known, status=failed, error=failure, finished_at=now),
        )

    def cancel(self, video_id: str, run_id: str, now: datetime) -> bool:
        cancelled = RunStatus.CANCELLED
        return self._end(
            video_id, run_id, lambda known: replace(known, status=cancelled, finished_at=now)
        )

    def let_go(self, run: Run) -> None:
        self.change_if(
            run,
            lambda it: not it.open,
            lambda it: replace(it, watch_shard=None, lease_until=None),
        )

    def remove(self, video_id: str, run_id: str) -> bool:
        """With its video; whether it was there."""
        with self._lock:
            return self._rows.pop((video_id, run_id), None) is not None

    def all(self) -> list[Run]:
        return list(self._rows.values())

    def change_if(self, run: Run, fits: Callable[[Run], bool], change: Change) -> bool:
        with self._lock:
            known = self._rows.get(_key(run))
            if known is None or not fits(known):
                return False
            self._rows[_key(run)] = change(known)
            return True

    def _end(
        self,
        video_id: str,
        run_id: str,
        change: Change,
        among: frozenset[RunStatus] | set[RunStatus] = frozenset(
            {RunStatus.QUEUED, RunStatus.RUNNING}
        ),
    ) -> bool:
        if meanwhile := self.before_end:
            self.before_end = None
            meanwhile()
        with self._lock:
            known = self._rows.get((video_id, run_id))
            if known is None or known.status not in among:
                return False
            self._rows[_key(known)] = change(known)
            return True

    def _change(self, run: Run, change: Change) -> None:
        with self._lock:
            known = self._rows.get(_key(run))
            if known is None or not known.open:
                raise RunOverError
            self._rows[_key(run)] = change(known)

    def _change_stage(
        self, run: Run, stage: Stage, change: Callable[[StageTimes], StageTimes]
    ) -> None:
        self._change(
            run,
            lambda it: replace(it, stages={**it.stages, stage: change(it.times(stage))}),
        )


class FakeRunLock:
    """Video and run, written together."""

    def __init__(self, videos: FakeVideoStore, runs: FakeRunStore) -> None:
        self._videos, self._runs = videos, runs

    def take(self, video: Video, run: Run) -> Video:
        if self._runs.get(run.video_id, run.run_id):
            raise StaleWriteError("The video")
        taken = self._videos.save(video)
        self._runs.create(run)
        return taken

    def create(self, video: Video, run: Run) -> bool:
        return self._videos.create(video) and self._runs.create(run)


class FakeRunWatch:
    def __init__(self, runs: FakeRunStore) -> None:
        self._runs = runs

    def due(self, shard: str, before: datetime, limit: int) -> list[tuple[str, str]]:
        rows = [
            run
            for run in self._runs.all()
            if run.watch_shard == shard and run.lease_until and run.lease_until < before
        ]
        rows.sort(key=lambda run: str(run.lease_until))
        return [(run.video_id, run.run_id) for run in rows[:limit]]

    def postpone(self, run: Run, until: datetime) -> None:
        self._runs.change_if(run, lambda it: it.watched, lambda it: replace(it, lease_until=until))

    def revive(self, run: Run, now: datetime) -> bool:
        return self._runs.change_if(
            run,
            lambda it: it.status is RunStatus.QUEUED and it.revived == run.revived,
            lambda it: replace(it, revived=it.revived + 1, lease_until=lease_from(now)),
        )


def _key(run: Run) -> tuple[str, str]:
    return run.video_id, run.run_id
