"""Executions by name: a repeated start is the same start."""

from __future__ import annotations

import threading

from functions.domain.errors import UnavailableError
from functions.domain.runs.ports import ExecutionState
from functions.domain.runs.run import Run


class FakePipeline:
    """`down` makes every call fail; `ended` holds the names of executions that are over."""

    def __init__(self) -> None:
        self.executions: dict[str, str] = {}
        self.ended: set[str] = set()
        self.stopped: list[str] = []
        self.calls = 0
        self.down = False
        self._lock = threading.Lock()

    def start(self, video_id: str, run_id: str) -> None:
        with self._lock:
            self.calls += 1
            self._require_up()
            self.executions.setdefault(run_id, video_id)

    def state(self, run_id: str) -> ExecutionState:
        with self._lock:
            self._require_up()
            if run_id not in self.executions:
                return ExecutionState.ABSENT
            return ExecutionState.ENDED if run_id in self.ended else ExecutionState.RUNNING

    def stop(self, run: Run) -> None:
        with self._lock:
            self._require_up()
            if run.run_id in self.executions and run.run_id not in self.ended:
                self.ended.add(run.run_id)
                self.stopped.append(run.run_id)

    def _require_up(self) -> None:
        if self.down:
            raise UnavailableError("dependency.unavailable", "The pipeline failed.")
