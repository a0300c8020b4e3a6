"""Range cuts by segment: a repeated start is the same start."""

from __future__ import annotations

from functions.domain.errors import UnavailableError
from functions.domain.runs.ports import ExecutionState


class FakeRangeCuts:
    """`down` makes every call fail; `ended` are executions that are over."""

    def __init__(self) -> None:
        self.started: set[str] = set()
        self.ended: set[str] = set()
        self.calls = 0
        self.down = False

    def start(self, segment_id: str) -> None:
        self.calls += 1
        self._require_up()
        self.started.add(segment_id)

    def state(self, segment_id: str) -> ExecutionState:
        self._require_up()
        if segment_id not in self.started:
            return ExecutionState.ABSENT
        return ExecutionState.ENDED if segment_id in self.ended else ExecutionState.RUNNING

    def _require_up(self) -> None:
        if self.down:
            raise UnavailableError("dependency.unavailable", "The cutting of ranges failed.")
