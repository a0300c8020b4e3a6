"""What a test of runs does to a deployed cloud that no user can: age a lease, look for runs that
have stopped, keep the end of an execution from being told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.support.cloud import Cloud

REAPER = "functions.handlers.reap_runs.lambda_handler"
# Long over, whichever clock is asked.
PAST = "2026-01-01T00:00:00.000000Z"


def reap(cloud: Cloud) -> Any:
    """What the reaper finds when it is called now."""
    pages = cloud.client("lambda").get_paginator("list_functions").paginate()
    functions = [function for page in pages for function in page["Functions"]]
    (name,) = [one["FunctionName"] for one in functions if one["Handler"] == REAPER]
    answer = cloud.client("lambda").invoke(FunctionName=name, Payload=b"{}")
    told = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, told
    return told


def runs_table(cloud: Cloud) -> str:
    names = cloud.client("dynamodb").list_tables()["TableNames"]
    (name,) = [name for name in names if "PipelineRuns" in name]
    return str(name)


def outlive(cloud: Cloud, video_id: str, run_id: str) -> None:
    """The lease of a run is over: its time has passed, and nobody has moved it on."""
    cloud.client("dynamodb").update_item(
        TableName=runs_table(cloud),
        Key={"video_id": {"S": video_id}, "run_id": {"S": run_id}},
        UpdateExpression="SET lease_until = :past",
        ConditionExpression="attribute_exists(watch_shard)",
        ExpressionAttributeValues={":past": {"S": PAST}},
    )


@contextmanager
def untold(cloud: Cloud) -> Iterator[None]:
    """Nobody is told that an execution of the pipeline has ended, as if the event was lost."""
    events = cloud.client("events")
    machine = cloud.outputs.state_machine_arn
    rules = [
        rule for rule in events.list_rules()["Rules"] if machine in rule.get("EventPattern", "")
    ]
    assert rules
    for rule in rules:
        events.disable_rule(Name=rule["Name"])
    try:
        yield
    finally:
        for rule in rules:
            events.enable_rule(Name=rule["Name"])
