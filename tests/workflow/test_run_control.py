"""Runs that are cancelled, killed, lost, and begun from any stage, on the deployed cloud."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from tests.contract.packets import packets, together
from tests.media.make import heavy, talk
from tests.support.cloud import PATIENCE_S, Answer, Cloud
from tests.workflow.conftest import ONE_SECOND
from tests.workflow.control import outlive, reap, runs_table, untold
from tests.workflow.executions import execution, over
from tests.workflow.test_killed_workers import await_true, upload_in_parts
from tests.workflow.workers import cutting

SECONDS = 12
# Longer than a worker takes to look whether its run goes on.
NOTICED_S = 8


def cancel(cloud: Cloud, video_id: str, **more: Any) -> Answer:
    return cloud.call("POST", f"/api/pipeline/{video_id}/cancel", **more)


def start(cloud: Cloud, video_id: str, **asked: Any) -> dict[str, Any]:
    answer = cloud.call("POST", "/api/pipeline/start", {"video_id": video_id, **asked})
    assert answer.status == 202, answer.body
    return dict(answer.json)


def keys(cloud: Cloud, prefix: str, video_id: str) -> dict[str, Any]:
    """When what lies there was written, by key."""
    pages = cloud.client("s3").get_paginator("list_objects_v2")
    place = f"{prefix}/{cloud.user().user_id}/{video_id}/"
    return {
        item["Key"]: item["LastModified"]
        for page in pages.paginate(Bucket=cloud.outputs.media_bucket, Prefix=place)
        for item in page.get("Contents", [])
    }


def statuses(run: dict[str, Any]) -> dict[str, str]:
    return {stage["name"]: stage["status"] for stage in run["stages"]}


@pytest.fixture(scope="module")
def cut_video(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A video that was cut: ten seconds, ten segments. These tests' own: they run it again."""
    source = talk(tmp_path_factory.mktemp("cut") / "cut.mp4", gop=25)
    video = cloud.finished(cloud.upload(source, options=ONE_SECOND))
    assert video["status"] == "ready", video["error"]
    return video


def test_given_a_cut_under_way_when_cancelled_then_all_stops_and_a_new_run_completes_it(
    cloud: Cloud, tmp_path: Path
) -> None:
    source = heavy(tmp_path / "noise.mov", SECONDS)
    video_id = upload_in_parts(cloud, source)
    await_true(lambda: cloud.segments(video_id, "processed"), "nothing was stored")
    run_id = cloud.run_of(video_id)["run_id"]

    answer = cancel(cloud, video_id)

    assert answer.status == 202, answer.body
    assert (answer.json["run_id"], answer.json["status"]) == (run_id, "cancelled")
    assert over(cloud, run_id) in {"ABORTED", "FAILED"}
    video = cloud.call("GET", f"/api/videos/{video_id}").json
    assert (video["status"], video["error"]) == ("cancelled", None)
    at_once = cloud.segments(video_id, "processed")
    assert 0 < len(at_once) < SECONDS
    await_true(lambda: not cutting(cloud, video_id), "ffmpeg reads on")
    time.sleep(NOTICED_S)

    assert cloud.segments(video_id, "processed") == at_once
    run = cloud.run_of(video_id)
    assert (run["status"], run["error"]) == ("cancelled", None)
    assert statuses(run)["cut"] == "cancelled"
    again = cancel(cloud, video_id)
    assert (again.status, again.json) == (202, answer.json)

    # When its workers have noticed, what they have stored and not recorded goes.
    outlive(cloud, video_id, run_id)
    await_true(lambda: _past_aftermath(cloud, video_id, run_id), "it was never let go")
    assert keys(cloud, "work", video_id) == {}
    named = {one["s3_key"] for kind in KINDS for one in cloud.segments(video_id, kind)}
    stored = {key for key in keys(cloud, "media", video_id) if _of_the_cut(key)}
    assert stored <= named
    # A thumbnail's row is written before its segment's: of one that was stopped in between, both
    # are made again.
    whole = {Path(one["s3_key"]).stem for one in at_once}
    there = keys(cloud, "media", video_id)
    made = {key: when for key, when in there.items() if key in stored and Path(key).stem in whole}
    assert made

    start(cloud, video_id)
    mended = cloud.finished(video_id)

    assert mended["status"] == "ready", mended["error"]
    segments = cloud.segments(video_id, "processed")
    assert [one["segment_number"] for one in segments] == list(range(1, SECONDS + 1))
    now_at = keys(cloud, "media", video_id)
    assert {key: now_at[key] for key in made} == made
    joined = together(
        packets(cloud.fetch(one, tmp_path / "segment.mov"), stored=True) for one in segments
    )
    assert joined == packets(source)


KINDS = ("processed", "thumbnail", "audio")


def _of_the_cut(key: str) -> bool:
    """What is found out about a video is kept for its next run, and overwritten in place."""
    return "/analysis-" not in key and not key.endswith(".json")


def _past_aftermath(cloud: Cloud, video_id: str, run_id: str) -> bool:
    """Its end was long enough ago: said beforehand, since nobody wants to wait for minutes."""
    cloud.client("dynamodb").update_item(
        TableName=runs_table(cloud),
        Key={"video_id": {"S": video_id}, "run_id": {"S": run_id}},
        UpdateExpression="SET finished_at = :past",
        ExpressionAttributeValues={":past": {"S": "2026-01-01T00:00:00.000000Z"}},
    )
    found = reap(cloud)
    return bool(found["runs"].get("closed"))


def test_given_a_run_that_has_ended_when_cancelled_then_it_is_a_conflict(
    cloud: Cloud, cut_video: dict[str, Any]
) -> None:
    answer = cancel(cloud, cut_video["video_id"])

    assert (answer.status, answer.json["code"]) == (409, "pipeline.finished")
    assert cloud.call("GET", f"/api/videos/{cut_video['video_id']}").json["status"] == "ready"


def test_given_an_execution_that_is_killed_when_nobody_is_told_then_the_reaper_finds_its_run(
    cloud: Cloud, tmp_path: Path
) -> None:
    """By the schedule: nobody calls it."""
    source = heavy(tmp_path / "noise.mov", SECONDS)
    video_id = upload_in_parts(cloud, source)
    await_true(lambda: cloud.segments(video_id, "processed"), "nothing was stored")
    run_id = cloud.run_of(video_id)["run_id"]

    with untold(cloud):
        arn = execution(cloud, run_id)["executionArn"]
        cloud.client("stepfunctions").stop_execution(executionArn=arn)
        await_true(lambda: not cutting(cloud, video_id), "ffmpeg reads on")
        # A worker that is still there has just moved it on.
        until = time.monotonic() + 2 * PATIENCE_S
        while cloud.run_of(video_id)["status"] == "running":
            assert time.monotonic() < until, "nobody has found it"
            _outlive_if_watched(cloud, video_id, run_id)
            time.sleep(2)

    stopped = cloud.finished(video_id)
    assert (stopped["status"], stopped["error"]["code"]) in {
        ("failed", "pipeline.stopped"),
        # The local cloud goes on with a stopped execution's branches, which may end it first.
        ("failed", "pipeline.internal"),
    }
    start(cloud, video_id)
    assert cloud.finished(video_id)["status"] == "ready"


def _outlive_if_watched(cloud: Cloud, video_id: str, run_id: str) -> None:
    try:
        outlive(cloud, video_id, run_id)
    except cloud.client("dynamodb").exceptions.ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise


def test_given_a_run_whose_execution_never_began_when_the_reaper_looks_then_it_is_started(
    cloud: Cloud, cut_video: dict[str, Any]
) -> None:
    """A worker of the API has died between the rows and the execution."""
    dynamodb = cloud.client("dynamodb")
    video_id = cut_video["video_id"]
    videos = next(name for name in dynamodb.list_tables()["TableNames"] if "Videos" in name)
    table, run_id = runs_table(cloud), "00000000-0063-8000-8000-000000000000"
    last = dynamodb.get_item(
        TableName=table,
        Key={"video_id": {"S": video_id}, "run_id": {"S": cloud.run_of(video_id)["run_id"]}},
    )["Item"]
    fresh = {
        **{name: last[name] for name in ("video_id", "user_id", "created_at", "todo", "options")},
        "run_id": {"S": run_id},
        "number": {"N": "99"},
        "status": {"S": "queued"},
        "redo": {"L": []},
        "revived": {"N": "0"},
        "keep_segments": {"BOOL": False},
        "stages": {"M": {name: {"M": {}} for name in last["stages"]["M"]}},
        "progress": {"M": {}},
        "lease_until": {"S": "2026-01-01T00:00:00.000000Z"},
        "watch_shard": {"S": "0"},
    }
    dynamodb.put_item(TableName=table, Item=fresh)
    dynamodb.update_item(
        TableName=videos,
        Key={"video_id": {"S": video_id}},
        UpdateExpression="SET #status = :queued, run_id = :run, runs = :runs ADD version :one",
        ExpressionAttributeNames={"#status": "status"},
        ExpressionAttributeValues={
            ":queued": {"S": "queued"},
            ":run": {"S": run_id},
            ":runs": {"N": "99"},
            ":one": {"N": "1"},
        },
    )
    assert cloud.run_of(video_id)["status"] == "queued"

    await_true(
        lambda: reap(cloud)["runs"].get("revived") or cloud.run_of(video_id)["status"] != "queued",
        "it was not started",
    )

    video = cloud.finished(video_id)
    assert video["status"] == "ready", video["error"]
    run = cloud.run_of(video_id)
    assert (run["run_id"], run["status"]) == (run_id, "succeeded")
    assert statuses(run)["cut"] == statuses(run)["probe"] == "reused"


def test_given_a_video_that_is_cut_when_run_from_a_stage_then_the_rest_is_reused_and_that_is_redone(
    cloud: Cloud, cut_video: dict[str, Any]
) -> None:
    video_id = cut_video["video_id"]
    cloud.finished(video_id)
    before = keys(cloud, "media", video_id)
    segments = {one["segment_id"]: one for one in cloud.segments(video_id, "processed")}
    time.sleep(1.1)

    begun = start(cloud, video_id, from_stage="cut")
    cloud.finished(video_id)

    run = cloud.run_of(video_id)
    assert (run["run_id"], run["status"]) == (begun["run_id"], "succeeded")
    told = statuses(run)
    assert [told[name] for name in ("probe", "analysis", "plan")] == ["reused"] * 3
    assert [told[name] for name in ("cut", "audio")] == ["done"] * 2
    after = keys(cloud, "media", video_id)
    assert after.keys() == before.keys()
    cut_again = {one["s3_key"] for one in segments.values()}
    assert all(after[key] > before[key] for key in cut_again)
    assert [key for key in before if "probe-" in key and after[key] != before[key]] == []
    again = {one["segment_id"]: one for one in cloud.segments(video_id, "processed")}
    assert again.keys() == segments.keys()


def test_given_a_video_that_is_cut_when_run_again_then_nothing_is_made_and_all_is_reused(
    cloud: Cloud, cut_video: dict[str, Any]
) -> None:
    video_id = cut_video["video_id"]
    cloud.finished(video_id)
    before = keys(cloud, "media", video_id)

    start(cloud, video_id)
    cloud.finished(video_id)

    run = cloud.run_of(video_id)
    told = statuses(run)
    names = ("probe", "analysis", "plan", "cut", "audio")
    assert [told[name] for name in names] == ["reused"] * 5
    after = keys(cloud, "media", video_id)
    posters = {key for key in after if key.endswith("poster.jpg")}
    assert {key: when for key, when in after.items() if key not in posters} == {
        key: when for key, when in before.items() if key not in posters
    }
    # Claim, probe, what is left to look for, plan, sound, finish.
    assert run["spent"]["calls"] <= 6


def test_given_runs_of_a_video_when_listed_then_the_newest_come_first_each_once(
    cloud: Cloud, cut_video: dict[str, Any]
) -> None:
    video_id = cut_video["video_id"]
    cloud.finished(video_id)
    for stage in ("finish", "audio"):
        start(cloud, video_id, from_stage=stage, stages=[stage])
        cloud.finished(video_id)

    seen: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = cloud.call("GET", f"/api/videos/{video_id}/runs?limit=1{cursor}").json
        seen += page["items"]
        cursor = f"&cursor={page['next_cursor']}" if page["next_cursor"] else None

    numbers = [run["number"] for run in seen]
    assert numbers == sorted(set(numbers), reverse=True)
    assert len(seen) >= 3
    assert [run["options"]["from_stage"] for run in seen[:2]] == ["audio", "finish"]
    assert all(run["finished_at"] for run in seen)
    one = cloud.call("GET", f"/api/pipeline/status/{video_id}?run_id={seen[-1]['run_id']}")
    assert one.json == seen[-1]
