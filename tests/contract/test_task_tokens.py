"""Tokens of tasks that wait, on a state machine that really waits."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from functions.adapters.amazon_transcriber import BUSY
from functions.adapters.step_functions_tokens import StepFunctionsTokens
from functions.domain.errors import CutroomError, MediaError, UnavailableError
from functions.runtime.step import Permanent, Retryable, read_cause, translate
from infra.local.deployment import client
from infra.local.emulator import Emulator
from infra.workflows.steps import RETRIED, THROTTLED


@pytest.fixture
def waiting(bare_cloud: Emulator, fresh: str) -> tuple[Any, str, str]:
    """A client, an execution, and the token that it waits for."""
    states = client(bare_cloud, "stepfunctions")
    activity = states.create_activity(name=f"wait-{fresh}")["activityArn"]
    definition = {
        "StartAt": "Wait",
        "States": {"Wait": {"Type": "Task", "Resource": activity, "End": True}},
    }
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "states.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    role = client(bare_cloud, "iam").create_role(
        RoleName=f"waiting-{fresh}",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )["Role"]["Arn"]
    machine = states.create_state_machine(
        name=f"waiting-{fresh}",
        definition=json.dumps(definition),
        roleArn=role,
    )["stateMachineArn"]
    execution = states.start_execution(stateMachineArn=machine, input="{}")["executionArn"]
    token = ""
    while not token:
        token = states.get_activity_task(activityArn=activity).get("taskToken", "")
    return states, execution, token


def _ended(states: Any, execution: str) -> dict[str, Any]:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        told = states.describe_execution(executionArn=execution)
        if told["status"] != "RUNNING":
            return dict(told)
        time.sleep(0.1)
    raise AssertionError("the execution waits on")


def test_given_a_task_that_waits_when_told_of_success_then_it_goes_on_once(
    waiting: tuple[Any, str, str],
) -> None:
    states, execution, token = waiting
    tokens = StepFunctionsTokens()

    assert tokens.succeed(token, {"heard": True})
    told = _ended(states, execution)

    assert (told["status"], json.loads(told["output"])) == ("SUCCEEDED", {"heard": True})
    assert tokens.succeed(token, {}) is False
    assert tokens.fail(token, UnavailableError("a.b", "No.")) is False


@pytest.mark.parametrize(
    ("error", "name"),
    [
        (MediaError("transcript.refused", "It cannot be heard."), "Permanent"),
        (UnavailableError("dependency.unavailable", "Not now."), "Retryable"),
        (UnavailableError(BUSY, "Too much to do."), "Busy"),
    ],
)
def test_given_a_task_that_waits_when_told_of_a_failure_then_it_crosses_as_a_functions_would(
    waiting: tuple[Any, str, str], error: CutroomError, name: str
) -> None:
    states, execution, token = waiting

    assert StepFunctionsTokens().fail(token, error)
    told = _ended(states, execution)

    assert (told["status"], told["error"]) == ("FAILED", name)
    assert read_cause(told["cause"]) == (error.code, error.detail)


def test_given_the_names_of_failures_when_compared_then_they_are_those_that_are_retried() -> None:
    assert type(translate(MediaError("a.b", "c"))) is Permanent
    assert type(translate(UnavailableError("a.b", "c"))) is Retryable
    assert "Retryable" in RETRIED
    assert "Busy" in THROTTLED


def test_given_a_token_that_never_was_when_told_then_nobody_waits() -> None:
    assert StepFunctionsTokens().succeed("no-such-token", {}) is False
