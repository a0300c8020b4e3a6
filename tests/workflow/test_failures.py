"""What cannot be helped by trying again is tried once, told, and mended by starting again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.support.cloud import Answer, Cloud
from tests.workflow.executions import KILLED, answers, attempts, errors, execution, history, over


def start(cloud: Cloud, video_id: str) -> Answer:
    return cloud.call("POST", "/api/pipeline/start", {"video_id": video_id})


def run_again(cloud: Cloud, video_id: str) -> dict[str, Any]:
    answer = start(cloud, video_id)
    assert answer.status == 202, answer.body
    return cloud.finished(video_id)


def stages(cloud: Cloud, video_id: str) -> dict[str, str]:
    return {stage["name"]: stage["status"] for stage in cloud.run_of(video_id)["stages"]}


def written(cloud: Cloud, segments: list[dict[str, Any]]) -> list[Any]:
    s3, bucket = cloud.client("s3"), cloud.outputs.media_bucket
    return [s3.head_object(Bucket=bucket, Key=one["s3_key"])["LastModified"] for one in segments]


def test_given_a_file_that_is_no_video_when_it_is_probed_then_it_is_tried_once_and_kept(
    cloud: Cloud, failed: dict[str, Any]
) -> None:
    video = failed

    assert video["error"]["code"] == "media.unreadable"
    assert video["error"]["stage"] == "probe"
    run = cloud.run_of(video["video_id"])
    assert (run["status"], run["error"]) == ("failed", video["error"])
    assert stages(cloud, video["video_id"])["probe"] == "failed"
    assert cloud.holds(cloud.announced_key(video["video_id"]))
    assert over(cloud, video["run_id"]) == "FAILED"
    events = history(cloud, video["run_id"])
    # Another test may have killed this one's worker meanwhile.
    told = [error for error in errors(events) if error not in KILLED]
    assert told == ["Permanent"]
    assert attempts(events, "Probe") == len(errors(events))
    assert answers(events, "at_once") == 0


def test_given_a_source_that_is_gone_when_it_is_put_back_then_a_new_run_keeps_what_was_done(
    cloud: Cloud, clip: Path
) -> None:
    first = cloud.finished(cloud.upload(clip, options={"segmentation": {"length_s": 1}}))
    assert first["status"] == "ready", first["error"]
    video_id = first["video_id"]
    before = cloud.segments(video_id, "processed")
    made = written(cloud, before)
    s3, key = cloud.client("s3"), cloud.announced_key(video_id)
    s3.delete_object(Bucket=cloud.outputs.media_bucket, Key=key)

    failed = run_again(cloud, video_id)

    assert failed["status"] == "failed"
    assert failed["error"]["code"] == "source.missing"
    assert failed["error"]["stage"] == "claim"
    assert attempts(history(cloud, failed["run_id"]), "Claim") == 1
    assert cloud.segments(video_id, "processed") == before

    s3.put_object(Bucket=cloud.outputs.media_bucket, Key=key, Body=clip.read_bytes())
    mended = run_again(cloud, video_id)

    assert mended["status"] == "ready", mended["error"]
    assert mended["error"] is None
    assert len({first["run_id"], failed["run_id"], mended["run_id"]}) == 3
    after = stages(cloud, video_id)
    assert (after["probe"], after["audio"]) == ("reused", "reused")
    assert cloud.segments(video_id, "processed") == before
    assert written(cloud, before) == made


def test_given_a_run_when_it_is_started_again_and_again_then_one_run_is_under_way(
    cloud: Cloud, clip: Path
) -> None:
    video_id = cloud.upload(clip)
    cloud.run_of(video_id)

    answers = [start(cloud, video_id) for _ in range(3)]
    video = cloud.finished(video_id)

    for answer in answers:
        if answer.status == 202:
            assert answer.json["run_id"] == video["run_id"]
        else:
            assert answer.status == 409
            assert answer.json["code"] == "pipeline.already_running"
    machine = cloud.outputs.state_machine_arn
    listed = cloud.client("stepfunctions").list_executions(stateMachineArn=machine)["executions"]
    inputs = [history(cloud, one["name"])[0] for one in listed]
    mine = [one for one in inputs if video_id in one["executionStartedEventDetails"]["input"]]
    assert len(mine) == 1


def test_given_a_run_under_way_when_its_execution_is_stopped_then_it_fails_and_can_start_again(
    cloud: Cloud, clip: Path
) -> None:
    video_id = cloud.upload(clip)
    run_id = cloud.run_of(video_id)["run_id"]
    arn = execution(cloud, run_id)["executionArn"]
    cloud.client("stepfunctions").stop_execution(executionArn=arn)

    stopped = cloud.finished(video_id)
    assert (stopped["status"], stopped["run_id"]) == ("failed", run_id)
    assert stopped["error"]["code"] == "pipeline.stopped"

    again = run_again(cloud, video_id)
    assert again["status"] == "ready", again["error"]
    assert len(cloud.segments(video_id, "processed")) == again["segment_count"]
