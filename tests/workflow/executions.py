"""Executions of the state machines, the pipeline's unless another is named, and their histories."""

from __future__ import annotations

import json
import time
from typing import Any

from tests.support.cloud import PATIENCE_S, Cloud

# How Lambda names a worker that is gone: while it worked, while it started.
KILLED = {"Runtime.ExitError", "Runtime.Unknown"}
OVER = {"SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"}


def execution(cloud: Cloud, name: str, machine: str | None = None) -> dict[str, Any]:
    """Found by its name, which is the run's id."""
    machine = machine or cloud.outputs.state_machine_arn
    arn = machine.replace(":stateMachine:", ":execution:")
    return dict(cloud.client("stepfunctions").describe_execution(executionArn=f"{arn}:{name}"))


def history(cloud: Cloud, name: str, machine: str | None = None) -> list[dict[str, Any]]:
    """All that happened, in order."""
    arn = execution(cloud, name, machine)["executionArn"]
    pages = cloud.client("stepfunctions").get_paginator("get_execution_history")
    return [
        event
        for page in pages.paginate(executionArn=arn, includeExecutionData=True)
        for event in page["events"]
    ]


def over(cloud: Cloud, name: str, machine: str | None = None) -> str:
    """How the execution ended; the last step may still be closing when the run has."""
    until = time.monotonic() + PATIENCE_S
    while (status := execution(cloud, name, machine)["status"]) not in OVER:
        assert time.monotonic() < until, f"the execution is still {status}"
        time.sleep(0.1)
    return str(status)


def answers(events: list[dict[str, Any]], field: str) -> int:
    """How many calls were answered with a field: inside of branches, states have no events here."""
    details = [event.get("taskSucceededEventDetails") for event in events]
    payloads = [json.loads(one["output"]).get("Payload") for one in details if one]
    return sum(isinstance(one, dict) and field in one for one in payloads)


def attempts(events: list[dict[str, Any]], state: str) -> int:
    """How often a state called its function."""
    inside, calls = False, 0
    for event in events:
        details = event.get("stateEnteredEventDetails") or event.get("stateExitedEventDetails")
        if details and details["name"] == state:
            inside = event["type"].endswith("Entered")
        calls += inside and event["type"] == "TaskScheduled"
    return calls


def errors(events: list[dict[str, Any]]) -> list[str]:
    """Names of the errors that steps ended with."""
    return [
        event["taskFailedEventDetails"]["error"]
        for event in events
        if event["type"] == "TaskFailed"
    ]
