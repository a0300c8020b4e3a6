"""Executions by name: a repeated start is the same start."""

from __future__ import annotations

import threading

from functions.domain.errors import UnavailableError


class FakePipeline:
    """`down` makes every start fail."""

    def __init__(self) -> None:
        self.executions: dict[str, str] = {}
        self.calls = 0
        self.down = False
        self._lock = threading.Lock()

    def start(self, video_id: str, run_id: str) -> None:
        with self._lock:
            self.calls += 1
            if self.down:
                raise UnavailableError("dependency.unavailable", "The pipeline failed.")
            self.executions.setdefault(run_id, video_id)
