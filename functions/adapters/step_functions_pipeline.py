"""The pipeline's executions. The name is the run's id."""

from __future__ import annotations

from functions.adapters.executions import Executions
from functions.domain.runs.ports import ExecutionState
from functions.domain.runs.run import Run


class StepFunctionsPipeline:
    def __init__(self, state_machine_arn: str) -> None:
        self._executions = Executions("The pipeline", state_machine_arn)

    def start(self, video_id: str, run_id: str) -> None:
        self._executions.start(run_id, {"video_id": video_id, "run_id": run_id})

    def state(self, run_id: str) -> ExecutionState:
        return self._executions.state(run_id)

    def stop(self, run: Run) -> None:
        self._executions.stop(run.run_id, f"The run has {run.status.value}.")
