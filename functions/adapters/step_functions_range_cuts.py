"""The executions that cut ranges. The name is the segment's id."""

from __future__ import annotations

from functions.adapters.executions import Executions
from functions.domain.runs.ports import ExecutionState


class StepFunctionsRangeCuts:
    def __init__(self, state_machine_arn: str) -> None:
        self._executions = Executions("The cutting of ranges", state_machine_arn)

    def start(self, segment_id: str) -> None:
        self._executions.start(segment_id, {"segment_id": segment_id})

    def state(self, segment_id: str) -> ExecutionState:
        return self._executions.state(segment_id)
