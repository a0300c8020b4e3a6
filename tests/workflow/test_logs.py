"""What is written down: enough to follow a run, nothing to misuse."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.cloud import Cloud

SECRET = ["X-Amz-Signature", "X-Amz-Credential", "Bearer ", "eyJ", "SecretAccessKey", "local-root"]
STEPS = [
    "ClaimRun",
    "ProbeSource",
    "PlanSegments",
    "CutWindow",
    "JoinAudio",
    "FinishRun",
    "FailRun",
    "EndRun",
]


def messages(cloud: Cloud, part: str = "") -> list[str]:
    """All lines of the log groups whose name holds `part`."""
    logs = cloud.client("logs")
    pages = logs.get_paginator("describe_log_groups").paginate()
    names = [group["logGroupName"] for page in pages for group in page["logGroups"]]
    lines = logs.get_paginator("filter_log_events")
    return [
        event["message"]
        for name in names
        if f"{part}Logs" in name or not part
        for page in lines.paginate(logGroupName=name)
        for event in page["events"]
    ]


def records(lines: list[str]) -> list[dict[str, Any]]:
    """The lines that are JSON: our logs and our metrics."""
    return [json.loads(line) for line in lines if line.startswith("{")]


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize("secret", SECRET)
def test_given_runs_when_all_logs_are_read_then_no_secret_is_in_them(
    cloud: Cloud, secret: str
) -> None:
    lines = messages(cloud)

    assert lines
    assert not [line for line in lines if secret in line or secret.lower() in line]


@pytest.mark.parametrize("step", STEPS)
def test_given_steps_of_runs_when_their_logs_are_read_then_each_line_names_its_run(
    cloud: Cloud, failed: dict[str, Any], step: str
) -> None:
    logged = [line for line in records(messages(cloud, step)) if "level" in line]

    assert failed
    for line in logged:
        assert {"video_id", "run_id", "request_id", "function", "stage"} <= set(line)


def test_given_a_run_that_failed_when_its_logs_are_read_then_they_say_where_and_why(
    cloud: Cloud, failed: dict[str, Any]
) -> None:
    lines = [
        line
        for step in ("ProbeSource", "FailRun")
        for line in records(messages(cloud, step))
        if line.get("run_id") == failed["run_id"]
    ]

    assert {line["stage"] for line in lines} == {"probe", "fail"}
    assert {line["video_id"] for line in lines} == {failed["video_id"]}
    assert {line["code"] for line in lines} == {"media.unreadable"}


def test_given_a_run_when_its_metrics_are_read_then_they_count_what_was_made(
    cloud: Cloud, ready: dict[str, Any]
) -> None:
    found: dict[str, list[float]] = {}
    stages = set()
    for record in records(messages(cloud)):
        for group in record.get("_aws", {}).get("CloudWatchMetrics", []):
            assert group["Namespace"] == "Cutroom"
            for metric in group["Metrics"]:
                found.setdefault(metric["Name"], []).extend(record[metric["Name"]])
                stages |= {record["stage"]} if metric["Name"] == "StageDuration" else set()

    assert ready["segment_count"] in found["SegmentsPlanned"]
    assert ready["segment_count"] in found["SegmentsCreated"]
    assert sum(found["RunsSucceeded"]) >= 1
    assert sum(found["RunsStarted"]) >= sum(found["RunsSucceeded"])
    assert {"claim", "probe", "plan", "cut", "audio", "finish"} <= stages
