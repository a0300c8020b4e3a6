"""The executions that cut ranges. The name is the segment's id."""

from __future__ import annotations

from functions.adapters.executions import start_once


class StepFunctionsRangeCuts:
    def __init__(self, state_machine_arn: str) -> None:
        self._arn = state_machine_arn

    def start(self, segment_id: str) -> None:
        start_once("The cutting of ranges", self._arn, segment_id, {"segment_id": segment_id})
