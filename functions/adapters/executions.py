"""Starting executions. A name is taken once, so that a repeated start is the same start."""

from __future__ import annotations

import json
from collections.abc import Mapping

from botocore.exceptions import BotoCoreError, ClientError

from functions.adapters.aws import client, error_code, unavailable


def start_once(what: str, state_machine_arn: str, name: str, ids: Mapping[str, str]) -> None:
    """Start an execution unless there is or was one of this name."""
    try:
        client("stepfunctions").start_execution(
            stateMachineArn=state_machine_arn, name=name, input=json.dumps(ids)
        )
    except ClientError as error:
        if error_code(error) != "ExecutionAlreadyExists":
            raise unavailable(what, error) from error
    except BotoCoreError as error:
        raise unavailable(what, error) from error
