"""Runs in memory: every change is conditional, as it is in the table."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import datetime

from functions.domain.budget import Estimate
from functions.domain.run import Run, RunStatus, Stage, StageTimes
from functions.domain.times import Milliseconds
from functions.domain.video import Failure

_OPEN = {RunStatus.QUEUED, RunStatus.RUNNING}


class FakeRunStore:
    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], Run] = {}
        self._lock = threading.Lock()
        self.reported: list[Milliseconds] = []
        """Every value handed to `progressed`, kept or not."""

    def get(self, video_id: str, run_id: str) -> Run | None:
        with self._lock:
            return self._rows.get((video_id, run_id))

    def create(self, run: Run) -> bool:
        with self._lock:
            if _key(run) in self._rows:
                return False
            self._rows[_key(run)] = replace(run, stages={}, progress={})
            return True

    def begin(self, video_id: str, run_id: str) -> bool:
        with self._lock:
            run = self._rows.get((video_id, run_id))
            if run is None or run.status not in _OPEN:
                return False
            self._rows[_key(run)] = replace(run, status=RunStatus.RUNNING)
            return True

    def stage_started(self, run: Run, stage: Stage, now: datetime) -> None:
        with self._lock:
            known = self._rows.get(_key(run))
            if known and known.times(stage).started_at is None:
                self._set(known, stage, replace(known.times(stage), started_at=now))

    def stage_finished(self, run: Run, stage: Stage, now: datetime, *, reused: bool) -> None:
        with self._lock:
            known = self._rows.get(_key(run))
            if known and known.times(stage).finished_at is None:
                self._set(known, stage, replace(known.times(stage), finished_at=now, reused=reused))

    def _set(self, run: Run, stage: Stage, times: StageTimes) -> None:
        self._rows[_key(run)] = replace(run, stages={**run.stages, stage: times})

    def planned(self, run: Run, plan_key: str, duration: Milliseconds) -> None:
        with self._lock:
            if known := self._rows.get(_key(run)):
                self._rows[_key(run)] = replace(known, plan_key=plan_key, media_duration=duration)

    def estimated(self, run: Run, estimate: Estimate) -> None:
        with self._lock:
            if known := self._rows.get(_key(run)):
                self._rows[_key(run)] = replace(known, estimate=estimate)

    def spent(self, video_id: str, run_id: str, *, milliseconds: int, memory_mb: int) -> None:
        with self._lock:
            if known := self._rows.get((video_id, run_id)):
                self._rows[_key(known)] = replace(
                    known,
                    calls=known.calls + 1,
                    milliseconds=known.milliseconds + milliseconds,
                    mb_milliseconds=known.mb_milliseconds + milliseconds * memory_mb,
                )

    def progressed(self, run: Run, window: int, done: Milliseconds) -> None:
        with self._lock:
            self.reported.append(done)
            known = self._rows.get(_key(run))
            if known and known.progress.get(str(window), -1) < done:
                progress = {**known.progress, str(window): done}
                self._rows[_key(run)] = replace(known, progress=progress)

    def succeed(self, run: Run, now: datetime) -> bool:
        with self._lock:
            known = self._rows.get(_key(run))
            if known is None or known.status is not RunStatus.RUNNING:
                return False
            self._rows[_key(run)] = replace(known, status=RunStatus.SUCCEEDED, finished_at=now)
            return True

    def fail(self, video_id: str, run_id: str, failure: Failure, now: datetime) -> bool:
        with self._lock:
            known = self._rows.get((video_id, run_id))
            if known is None or known.status not in _OPEN:
                return False
            self._rows[_key(known)] = replace(
                known, status=RunStatus.FAILED, error=failure, finished_at=now
            )
            return True

    def all(self) -> list[Run]:
        return list(self._rows.values())


def _key(run: Run) -> tuple[str, str]:
    return run.video_id, run.run_id
