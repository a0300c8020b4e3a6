"""What belongs to nothing on a deployed cloud: planted, found, told, and left where it is."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

from tests.media import odd
from tests.support.cloud import Cloud


def _search(cloud: Cloud, **asked: int) -> dict[str, Any]:
    told = cloud.invoke("find_orphans", {"begin": True, **asked})
    while not told["finished"]:
        told = cloud.invoke("find_orphans", {})
    return dict(told)


def _found(cloud: Cloud, told: dict[str, Any]) -> dict[str, str]:
    """Kinds by names."""
    s3, bucket = cloud.client("s3"), cloud.outputs.media_bucket
    prefix = told["report"].removeprefix(f"s3://{bucket}/")
    found: dict[str, str] = {}
    for row in s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", []):
        part = json.loads(s3.get_object(Bucket=bucket, Key=row["Key"])["Body"].read())
        found |= {one["name"]: one["kind"] for one in part["orphans"]}
    return found


def _table(cloud: Cloud, name: str) -> str:
    listed = cloud.client("dynamodb").list_tables()["TableNames"]
    (found,) = (table for table in listed if f"Tables{name}" in table)
    return str(found)


def test_given_things_that_belong_to_nothing_when_searched_then_they_are_told_and_stay(
    cloud: Cloud, tmp_path: Path
) -> None:
    source = odd.tiny(tmp_path / "kept.mp4")
    kept = cloud.finished(cloud.upload(source))["video_id"]
    dropped_name = f"dropped-{uuid.uuid4()}.mp4"
    dropped_key = cloud.drop(source, dropped_name)
    dropped = cloud.finished(cloud.video_of(dropped_name)["video_id"])["video_id"]
    (whole,) = cloud.segments(kept, "processed")
    user, absent = cloud.user().user_id, str(uuid.uuid4())
    s3, bucket = cloud.client("s3"), cloud.outputs.media_bucket
    lost = [
        f"media/{user}/{absent}/plan/000001.mp4",
        f"work/{user}/{absent}/plan/piece",
        f"media/{user}/{kept}/plan/000009.mp4",
    ]
    for key in lost:
        s3.put_object(Bucket=bucket, Key=key, Body=b"lost")
    dynamodb, segments = cloud.client("dynamodb"), _table(cloud, "Segments")
    row = dynamodb.get_item(TableName=segments, Key={"segment_id": {"S": whole["segment_id"]}})
    stray = {**row["Item"], "segment_id": {"S": f"stray-{absent}"}, "video_id": {"S": absent}}
    dynamodb.put_item(TableName=segments, Item=stray)
    file = row["Item"]["s3_key"]["S"]
    s3.delete_object(Bucket=bucket, Key=file)

    # What was written today is passed over, unless that is asked for.
    assert not _found(cloud, _search(cloud)).keys() & {*lost, f"stray-{absent}"}
    told = _search(cloud, grace_hours=0)

    found = _found(cloud, told)
    wanted = {
        **dict.fromkeys(lost, "object_without_row"),
        whole["segment_id"]: "row_without_object",
        f"stray-{absent}": "row_without_video",
    }
    assert wanted.items() <= found.items()
    ours = {name for name in found if any(one in name for one in (kept, dropped, absent))}
    assert ours <= wanted.keys(), ours - wanted.keys()
    assert dropped_key not in found
    assert told["found"]["object_without_row"] >= len(lost)
    assert told["bytes"] >= 4 * len(lost)
    assert all(cloud.holds(key) for key in lost)
    assert "Item" in dynamodb.get_item(TableName=segments, Key={"segment_id": stray["segment_id"]})
    # Nothing of another test is to meet these.
    for key in lost:
        s3.delete_object(Bucket=bucket, Key=key)
    dynamodb.delete_item(TableName=segments, Key={"segment_id": stray["segment_id"]})
    cloud.deleted(cloud.delete(kept))
