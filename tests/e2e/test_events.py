"""Objects that appear in the bucket without the API, and events that come more than once."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer
from boto3.s3.transfer import TransferConfig

from functions.domain.media.source import Source
from tests.events.build import object_created
from tests.media import odd
from tests.support.cloud import PATIENCE_S, Cloud

MIB = 1024 * 1024
TIMES = 10


def _rows(cloud: Cloud, table: str, **equal: str) -> list[dict[str, Any]]:
    """Rows of the table whose name holds `table`, by their attributes."""
    dynamo, read = cloud.client("dynamodb"), TypeDeserializer().deserialize
    (name,) = (name for name in dynamo.list_tables()["TableNames"] if table in name)
    pages = dynamo.get_paginator("scan").paginate(TableName=name)
    items = [{k: read(v) for k, v in row.items()} for page in pages for row in page["Items"]]
    return [row for row in items if equal.items() <= row.items()]


def _queue_drained(cloud: Cloud) -> None:
    """Wait until every event was delivered and taken."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    sqs, until = cloud.client("sqs"), time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        url = cloud.outputs.upload_queue_url
        left = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
        if not any(int(left[name]) for name in names):
            return
        time.sleep(0.3)
    raise AssertionError("the upload queue was never empty")


def _failed_row(cloud: Cloud, user_id: str) -> dict[str, Any]:
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        for row in _rows(cloud, "Videos", user_id=user_id):
            if row["status"] in {"failed", "ready"}:
                return row
        time.sleep(0.3)
    raise AssertionError(f"no run for {user_id} came to an end")


def _copied(cloud: Cloud, source: Path, key: str) -> None:
    s3, bucket = cloud.client("s3"), cloud.outputs.media_bucket
    s3.upload_file(str(source), bucket, f"elsewhere/{source.name}")
    s3.copy_object(
        Bucket=bucket, Key=key, CopySource={"Bucket": bucket, "Key": f"elsewhere/{source.name}"}
    )


def _in_parts(cloud: Cloud, source: Path, key: str) -> None:
    parts = TransferConfig(multipart_threshold=5 * MIB, multipart_chunksize=5 * MIB)
    cloud.client("s3").upload_file(str(source), cloud.outputs.media_bucket, key, Config=parts)


@pytest.mark.parametrize("put", [_copied, _in_parts])
def test_given_a_file_put_by_another_call_when_it_has_arrived_then_it_is_cut(
    cloud: Cloud, tmp_path: Path, put: Callable[[Cloud, Path, str], None]
) -> None:
    name = f"by{put.__name__}.mp4"
    source = odd.padded(tmp_path / name, 6 * MIB)

    put(cloud, source, f"uploads/{cloud.user().user_id}/trip/{name}")

    video = cloud.finished(cloud.video_of(name)["video_id"])
    assert (video["status"], video["segment_count"]) == ("ready", 1), video["error"]
    (segment,) = cloud.segments(video["video_id"], "processed")
    assert segment["frame_count"] == 150


def test_given_one_event_ten_times_when_they_are_delivered_then_one_run_comes_of_them(
    cloud: Cloud, tmp_path: Path
) -> None:
    source = odd.tiny(tmp_path / "often.mp4")
    key = cloud.drop(source, source.name)
    head = cloud.client("s3").head_object(Bucket=cloud.outputs.media_bucket, Key=key)
    event = object_created(
        Source(key=key, size=head["ContentLength"], etag=head["ETag"].strip('"'))
    )
    event["detail"]["bucket"]["name"] = cloud.outputs.media_bucket

    entries = [{"Id": str(at), "MessageBody": json.dumps(event)} for at in range(TIMES)]
    sent = cloud.client("sqs").send_message_batch(
        QueueUrl=cloud.outputs.upload_queue_url, Entries=entries
    )
    assert len(sent["Successful"]) == TIMES
    video = cloud.finished(cloud.video_of(source.name)["video_id"])
    _queue_drained(cloud)

    assert cloud.finished(video["video_id"]) == video
    assert len(_rows(cloud, "Videos", file_name=source.name)) == 1
    (run,) = _rows(cloud, "Runs", video_id=video["video_id"])
    executions = cloud.client("stepfunctions").get_paginator("list_executions")
    pages = executions.paginate(stateMachineArn=cloud.outputs.state_machine_arn)
    names = [row["name"] for page in pages for row in page["executions"]]
    assert names.count(run["run_id"]) == 1
    kinds = [row["segment_type"] for row in _rows(cloud, "Segments", video_id=video["video_id"])]
    assert sorted(kinds) == ["audio", "original", "processed", "thumbnail", "thumbnail"]


@pytest.mark.parametrize("folder", ["nobody", "pro"], ids=["nobody", "a-name-is-no-id"])
def test_given_a_folder_of_no_user_when_a_file_is_dropped_there_then_it_is_refused_and_kept(
    cloud: Cloud, tmp_path: Path, folder: str
) -> None:
    source, key = odd.tiny(tmp_path / "x.mp4"), f"uploads/{folder}/x.mp4"
    cloud.client("s3").upload_file(str(source), cloud.outputs.media_bucket, key)

    row = _failed_row(cloud, folder)

    assert row["status"] == "failed"
    assert (row["error"]["code"], row["error"]["stage"]) == ("upload.unknown_user", "claim")
    assert cloud.call("GET", f"/api/videos/{row['video_id']}").status == 404
    assert _rows(cloud, "Segments", video_id=row["video_id"]) == []
    assert cloud.holds(key)


@pytest.mark.parametrize("place", ["uploads/{user}/x/", "uploads/stray.mp4", "uploads/{user}/"])
def test_given_a_key_that_is_no_file_of_a_user_when_it_appears_then_it_is_passed_over(
    cloud: Cloud, tmp_path: Path, place: str
) -> None:
    key = place.format(user=cloud.user("pro2").user_id)
    next_one = odd.one_picture(tmp_path / f"after-{place.count('/')}-{len(place)}.mp4")

    cloud.client("s3").put_object(Bucket=cloud.outputs.media_bucket, Key=key, Body=b"")
    cloud.drop(next_one, next_one.name)
    cloud.video_of(next_one.name)
    _queue_drained(cloud)

    assert key not in {row.get("source", {}).get("key") for row in _rows(cloud, "Videos")}
    assert cloud.holds(key)
