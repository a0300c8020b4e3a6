"""The pipeline's executions. The name is the run's id."""

from __future__ import annotations

from functions.adapters.executions import start_once


class StepFunctionsPipeline:
    def __init__(self, state_machine_arn: str) -> None:
        self._arn = state_machine_arn

    def start(self, video_id: str, run_id: str) -> None:
        start_once("The pipeline", self._arn, run_id, {"video_id": video_id, "run_id": run_id})
