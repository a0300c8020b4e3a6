"""What a user sees while a run goes on."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from functions.domain.runs.stage import Stage
from tests.media.make import talk
from tests.support.cloud import PATIENCE_S, Cloud

EVERY_SECONDS = 0.2
ORDER = [stage.value for stage in Stage]
NOT_ASKED = {"hls", "transcript", "moments", "clips"}


def followed(cloud: Cloud, video_id: str) -> list[dict[str, Any]]:
    """The run's status, five times a second, from its first to its last."""
    seen: list[dict[str, Any]] = []
    until = time.monotonic() + PATIENCE_S
    while not seen or seen[-1]["status"] not in {"succeeded", "failed"}:
        assert time.monotonic() < until, seen[-1:]
        answer = cloud.call("GET", f"/api/pipeline/status/{video_id}")
        if answer.status == 200:
            seen.append(answer.json)
        time.sleep(EVERY_SECONDS)
    return seen


def test_given_a_run_when_it_is_watched_then_nothing_it_tells_ever_goes_back(
    cloud: Cloud, tmp_path: Path
) -> None:
    source = talk(tmp_path / "long.mp4", seconds=60, gop=25)
    video_id = cloud.upload(source, options={"segmentation": {"length_s": 1}})

    seen = followed(cloud, video_id)

    assert seen[-1]["status"] == "succeeded", seen[-1]["error"]
    percents = [one["percent"] for one in seen]
    assert percents == sorted(percents)
    assert percents[-1] == 100
    assert len(set(percents)) > 3
    assert all(percent < 100 for percent in percents[:-1])
    reached = [ORDER.index(one["stage"]) for one in seen]
    assert reached == sorted(reached)
    assert {one["run_id"] for one in seen} == {seen[-1]["run_id"]}


def test_given_a_run_that_has_ended_when_it_is_looked_at_then_each_stage_tells_its_time(
    cloud: Cloud, ready: dict[str, Any]
) -> None:
    run = cloud.run_of(ready["video_id"])

    assert [stage["name"] for stage in run["stages"]] == ORDER
    done = [stage for stage in run["stages"] if stage["name"] not in NOT_ASKED]
    assert {stage["status"] for stage in done} == {"done"}
    assert {stage["status"] for stage in run["stages"] if stage not in done} == {"skipped"}
    assert all(stage["duration"] >= 0 for stage in done)
    # What a video is looked at for goes on beside its cut.
    started = [one["started_at"] for one in done if one["name"] != "analysis"]
    assert started == sorted(started)
    assert run["finished_at"] >= run["stages"][-1]["started_at"] >= run["created_at"]
