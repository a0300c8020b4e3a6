"""Executions of a state machine. A name is taken once: a repeated start is the same start."""

from __future__ import annotations

import json
from collections.abc import Mapping

from botocore.exceptions import BotoCoreError, ClientError

from functions.adapters.aws import client, error_code, unavailable
from functions.domain.runs.ports import ExecutionState

_NONE = "ExecutionDoesNotExist"


class Executions:
    """`what` is what their failures are told as."""

    def __init__(self, what: str, state_machine_arn: str) -> None:
        self._what, self._machine = what, state_machine_arn

    def start(self, name: str, ids: Mapping[str, str]) -> None:
        """Start an execution unless there is or was one of this name."""
        try:
            client("stepfunctions").start_execution(
                stateMachineArn=self._machine, name=name, input=json.dumps(ids)
            )
        except ClientError as error:
            if error_code(error) != "ExecutionAlreadyExists":
                raise unavailable(self._what, error) from error
        except BotoCoreError as error:
            raise unavailable(self._what, error) from error

    def state(self, name: str) -> ExecutionState:
        """Whether there is one of this name, and goes on."""
        try:
            found = client("stepfunctions").describe_execution(executionArn=self._arn(name))
        except ClientError as error:
            if error_code(error) == _NONE:
                return ExecutionState.ABSENT
            raise unavailable(self._what, error) from error
        except BotoCoreError as error:
            raise unavailable(self._what, error) from error
        going_on = found["status"] in {"RUNNING", "PENDING_REDRIVE"}
        return ExecutionState.RUNNING if going_on else ExecutionState.ENDED

    def stop(self, name: str, cause: str) -> None:
        """End it with all that it has begun; fine where there is none, or it has ended."""
        if self.state(name) is not ExecutionState.RUNNING:
            return
        try:
            client("stepfunctions").stop_execution(executionArn=self._arn(name), cause=cause)
        except (ClientError, BotoCoreError) as error:
            if self.state(name) is ExecutionState.RUNNING:
                raise unavailable(self._what, error) from error

    def _arn(self, name: str) -> str:
        return f"{self._machine.replace(':stateMachine:', ':execution:')}:{name}"
