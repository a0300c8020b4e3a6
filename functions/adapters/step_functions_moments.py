"""The executions that look for moments."""

from __future__ import annotations

from functions.adapters.executions import Executions
from functions.domain.moments.generation import search_name


class StepFunctionsMoments:
    def __init__(self, state_machine_arn: str) -> None:
        self._executions = Executions("The search for moments", state_machine_arn)

    def start(self, video_id: str, generation_id: str) -> None:
        """The name is made of both: a generation's id is its video's."""
        ids = {"video_id": video_id, "generation_id": generation_id}
        self._executions.start(search_name(video_id, generation_id), ids)
