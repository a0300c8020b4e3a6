"""Workers that are killed while they fetch, executions that are stopped, and what is logged."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.simulators.sources import Source, Sources
from tests.media import odd
from tests.support.cloud import PATIENCE_S, Cloud
from tests.support.sources import sources_of
from tests.workflow.control import PAST, reap
from tests.workflow.executions import KILLED, errors, history, over
from tests.workflow.test_logs import messages
from tests.workflow.workers import kill, workers

MIB = 1024 * 1024
SECRET = "workflowsecret"


@pytest.fixture
def sources(cloud: Cloud) -> Iterator[Sources]:
    with sources_of(cloud.outputs) as serving:
        yield serving


@pytest.fixture
def film(tmp_path: Path) -> Path:
    return odd.padded(tmp_path / "film.mp4", 36 * MIB)


def _machine(cloud: Cloud) -> str:
    listed = cloud.client("stepfunctions").list_state_machines()["stateMachines"]
    (found,) = (it["stateMachineArn"] for it in listed if "Ingest" in it["name"])
    return str(found)


def _submit(cloud: Cloud, url: str) -> str:
    answer = cloud.call("POST", "/api/videos", {"url": f"{url}?X-Amz-Signature={SECRET}"})
    assert answer.status == 202, answer.body
    return str(answer.json["video_id"])


def _until(question: Callable[[], Any], what: str) -> Any:
    until = time.monotonic() + PATIENCE_S
    while not (answer := question()):
        assert time.monotonic() < until, what
        time.sleep(0.05)
    return answer


def _received(cloud: Cloud, video_id: str) -> int:
    return int(cloud.call("GET", f"/api/videos/{video_id}").json["ingest"]["received_bytes"])


def test_given_a_fetch_under_way_when_its_worker_is_killed_twice_then_it_goes_on_where_it_was(
    cloud: Cloud, sources: Sources, film: Path
) -> None:
    video_id = _submit(cloud, sources.put("film.mp4", Source(path=film, rate=8 * MIB)))
    noted = []
    for parts in (1, 3):
        _until(lambda: _received(cloud, video_id) >= parts * 8 * MIB, "nothing came")  # noqa: B023
        kill(workers(cloud, "ingest_source"))
        noted.append(_received(cloud, video_id))

    video = cloud.finished(video_id)

    assert video["status"] == "ready", video["error"]
    key, bucket = cloud.announced_key(video_id), cloud.outputs.media_bucket
    assert cloud.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read() == (
        film.read_bytes()
    )
    served = sources.served("film.mp4")
    assert [one.status for one in served] == [200, 206, 206]
    # What was noted is not asked for again; parts under way when it was killed are.
    assert [one.start for one in served[1:]] == noted
    assert sum(one.sent for one in served) < film.stat().st_size + 2 * 4 * 8 * MIB
    events = history(cloud, video_id, _machine(cloud))
    assert len(errors(events)) == 2
    assert set(errors(events)) <= KILLED
    assert over(cloud, video_id, _machine(cloud)) == "SUCCEEDED"
    left = cloud.client("s3").list_multipart_uploads(Bucket=bucket).get("Uploads", [])
    assert key not in {upload["Key"] for upload in left}


def test_given_a_fetch_under_way_when_its_execution_is_stopped_then_the_video_has_failed(
    cloud: Cloud, sources: Sources, film: Path
) -> None:
    video_id = _submit(cloud, sources.put("film.mp4", Source(path=film, rate=8 * MIB)))
    _until(lambda: _received(cloud, video_id) >= 8 * MIB, "nothing came")
    arn = _machine(cloud).replace(":stateMachine:", ":execution:")

    cloud.client("stepfunctions").stop_execution(executionArn=f"{arn}:{video_id}")

    video = cloud.finished(video_id)
    assert (video["status"], video["error"]["code"]) == ("failed", "ingest.internal")
    bucket, key = cloud.outputs.media_bucket, cloud.announced_key(video_id)

    def gone() -> bool:
        left = cloud.client("s3").list_multipart_uploads(Bucket=bucket).get("Uploads", [])
        return key not in {upload["Key"] for upload in left}

    _until(gone, "its parts are kept")


def test_given_a_source_that_changes_when_its_worker_is_killed_then_it_is_not_mixed(
    cloud: Cloud, sources: Sources, film: Path
) -> None:
    video_id = _submit(cloud, sources.put("film.mp4", Source(path=film, rate=8 * MIB)))
    _until(lambda: _received(cloud, video_id) >= 8 * MIB, "nothing came")
    with film.open("r+b") as file:
        file.seek(30 * MIB)
        file.write(b"changed")

    kill(workers(cloud, "ingest_source"))

    video = cloud.finished(video_id)
    assert (video["status"], video["error"]["code"]) == ("failed", "ingest.source_changed")


def test_given_urls_with_signatures_when_all_logs_are_read_then_they_are_in_none(
    cloud: Cloud, sources: Sources, tmp_path: Path
) -> None:
    source = Source(path=odd.tiny(tmp_path / "a.mp4"))
    video_id = _submit(cloud, sources.put("a.mp4", source))
    failed = _submit(cloud, f"{sources.base}/nowhere.mp4")
    assert cloud.finished(video_id)["status"] == "ready"
    assert cloud.finished(failed)["status"] == "failed"

    lines = messages(cloud)

    assert [line for line in lines if "IngestsFinished" in line]
    assert [line for line in lines if SECRET in line or "/nowhere.mp4" in line] == []
    rows = cloud.client("dynamodb")
    for table in rows.list_tables()["TableNames"]:
        assert SECRET not in str(rows.scan(TableName=table)["Items"]), table


def test_given_a_row_whose_fetching_never_began_when_the_reaper_looks_then_it_is_fetched(
    cloud: Cloud, sources: Sources, tmp_path: Path
) -> None:
    """A worker of the API has died between the row and the execution."""
    film = odd.tiny(tmp_path / "never.mp4")
    first = _submit(cloud, sources.put("never.mp4", Source(path=film, rate=1)))
    dynamodb = cloud.client("dynamodb")
    tables = dynamodb.list_tables()["TableNames"]
    (videos,) = (name for name in tables if "TablesVideos" in name)
    row = dynamodb.get_item(TableName=videos, Key={"video_id": {"S": first}})["Item"]
    cloud.call("DELETE", f"/api/videos/uploads/{first}")
    sources.put("never.mp4", Source(path=film))
    lost = f"{first[:-4]}dead"
    key = row["upload"]["M"]["key"]["S"].replace(first, lost)
    upload = {"key": {"S": key}, "expires_at": row["upload"]["M"]["expires_at"]}
    fresh = {**row, "video_id": {"S": lost}, "upload": {"M": upload}, "updated_at": {"S": PAST}}
    dynamodb.put_item(TableName=videos, Item={**fresh, "watch_shard": {"S": "0"}})

    assert reap(cloud)["ingests"].get("revived") == 1

    video = cloud.finished(lost)
    assert video["status"] == "ready", video["error"]
    assert reap(cloud)["ingests"] == {}
