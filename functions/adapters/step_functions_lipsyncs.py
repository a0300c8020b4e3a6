"""The executions of lip-sync jobs. The name is the job's id."""

from __future__ import annotations

from functions.adapters.executions import Executions


class StepFunctionsLipSyncs:
    def __init__(self, state_machine_arn: str) -> None:
        self._executions = Executions("Lip-sync", state_machine_arn)

    def start(self, job_id: str) -> None:
        self._executions.start(job_id, {"job_id": job_id})

    def stop(self, job_id: str) -> None:
        self._executions.stop(job_id, "The job was cancelled.")
