"""What executions carry: ids and indexes, never the work itself."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.support.cloud import Cloud
from tests.workflow.executions import execution, history, over

LARGEST = 2_048
# Fields of plans, probes and media; names and addresses of users' files.
TELLING = ["aim", "after", "keyframes", "times", "codec", "actual_start", "s3_key", "ready.mp4"]
TELLING += ["uploads/", "X-Amz-", "http"]


def test_given_a_run_when_its_execution_is_looked_for_then_it_bears_the_runs_id(
    cloud: Cloud, ready: dict[str, Any]
) -> None:
    assert over(cloud, ready["run_id"]) == "SUCCEEDED"
    found = execution(cloud, ready["run_id"])

    ids = {"video_id": ready["video_id"], "run_id": ready["run_id"]}
    assert found["name"] == ready["run_id"]
    assert json.loads(found["input"]) == ids


def payloads(events: list[dict[str, Any]]) -> list[str]:
    """Everything that a state was given or gave."""
    return [
        str(value)
        for event in events
        for name, details in event.items()
        if name.endswith("Details")
        for key, value in details.items()
        if key in {"input", "output", "parameters", "cause"}
    ]


def test_given_a_run_when_its_history_is_read_then_payloads_are_small(
    cloud: Cloud, ready: dict[str, Any]
) -> None:
    found = payloads(history(cloud, ready["run_id"]))

    assert len(found) > 10
    assert max(len(text.encode()) for text in found) < LARGEST


@pytest.mark.parametrize("word", TELLING)
def test_given_a_run_when_its_history_is_read_then_it_holds_nothing_of_the_work(
    cloud: Cloud, ready: dict[str, Any], word: str
) -> None:
    found = payloads(history(cloud, ready["run_id"]))

    whole = re.compile(rf"(?<!\w){re.escape(word)}")
    assert not [text for text in found if whole.search(text)]
