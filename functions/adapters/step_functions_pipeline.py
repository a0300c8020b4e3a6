"""Starting executions. The name is the run's id, so that a repeated start is the same start."""

from __future__ import annotations

import json

from botocore.exceptions import BotoCoreError, ClientError

from functions.adapters.aws import client, error_code, unavailable


class StepFunctionsPipeline:
    def __init__(self, state_machine_arn: str) -> None:
        self._arn = state_machine_arn

    def start(self, video_id: str, run_id: str) -> None:
        try:
            client("stepfunctions").start_execution(
                stateMachineArn=self._arn,
                name=run_id,
                input=json.dumps({"video_id": video_id, "run_id": run_id}),
            )
        except ClientError as error:
            if error_code(error) != "ExecutionAlreadyExists":
                raise unavailable("The pipeline", error) from error
        except BotoCoreError as error:
            raise unavailable("The pipeline", error) from error
