"""The executions that fetch videos from URLs. The name is the video's id."""

from __future__ import annotations

from functions.adapters.executions import Executions
from functions.domain.runs.ports import ExecutionState


class StepFunctionsIngests:
    def __init__(self, state_machine_arn: str) -> None:
        self._executions = Executions("The fetching of videos", state_machine_arn)

    def start(self, video_id: str, user_id: str) -> None:
        self._executions.start(video_id, {"video_id": video_id, "user_id": user_id})

    def state(self, video_id: str) -> ExecutionState:
        return self._executions.state(video_id)
