"""Videos deleted on the deployed cloud, at rest and under way: nothing stays but a receipt."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from infra.workflows.steps import TRIES
from tests.media import odd
from tests.media.make import heavy, talk
from tests.support.cloud import PATIENCE_S, PLAIN, Cloud, send, send_parts
from tests.support.deletions import counts, require_gone, told
from tests.workflow.conftest import ONE_SECOND
from tests.workflow.executions import history, over
from tests.workflow.test_killed_workers import await_true, upload_in_parts
from tests.workflow.workers import cutting, kill, workers

SECONDS = 12


@pytest.fixture(scope="module")
def cloud(cloud: Cloud) -> Cloud:
    """With an owner whose sums nobody else moves."""
    return cloud.alone()


@contextmanager
def killing(cloud: Cloud, handler: str, chance: random.Random) -> Iterator[list[int]]:
    """While the block runs, workers of a function die at random moments, as often as a task is
    tried again; collects them."""
    killed: list[int] = []
    over_ = threading.Event()

    def go_on() -> None:
        while len(killed) < TRIES and not over_.wait(chance.uniform(0.1, 1.5)):
            found = workers(cloud, handler)
            kill(found)
            killed.extend(found)

    killer = threading.Thread(target=go_on)
    killer.start()
    try:
        yield killed
    finally:
        over_.set()
        killer.join()


def test_given_a_finished_video_when_deleted_then_everything_goes_and_the_receipt_says_what(
    cloud: Cloud, tmp_path: Path
) -> None:
    before = counts(cloud)
    source = talk(tmp_path / "gone.mp4", gop=25)
    key = {"Idempotency-Key": str(uuid.uuid4())}
    wanted = {
        "file_name": "gone.mp4",
        "size": source.stat().st_size,
        "options": {**ONE_SECOND, "extras": ["storyboard", "waveform", "hls", "proxy"]},
    }
    ticket = cloud.call("POST", "/api/videos/uploads", wanted, headers=key).json
    send_parts(ticket, source.read_bytes())
    cloud.call("PUT", ticket["complete_url"])
    video = cloud.finished(ticket["video_id"])
    assert video["status"] == "ready", video["error"]
    segments = cloud.segments(video["video_id"], "processed")
    names = [segment["segment_id"] for segment in segments]
    post = {"platform": "x", "post_id": "1", "metrics": {"views": 7}}
    posted = cloud.call("POST", f"/api/segments/{names[0]}/social-media", post)
    assert posted.status == 201, posted.body
    signed = cloud.call("GET", f"/api/segments/{names[0]}/download").json["url"]
    assert send("GET", signed).status == 200

    receipt = cloud.deleted(cloud.delete(video["video_id"]))

    require_gone(cloud, receipt, *names)
    found = told(receipt)
    # Ten segments with thumbnails, a poster, the sound and the upload.
    assert (found["segments"], found["posts"], found["snapshots"]) == (23, 1, 1)
    assert (found["runs"], found["uploads"], found["kept_answers"]) == (1, 1, 1)
    assert found["media"] > 23
    sizes = {row["kind"]: row["bytes"] for row in receipt["deleted"]}
    assert sizes["uploads"] == source.stat().st_size
    assert send("GET", signed).status == 404
    assert counts(cloud) == before
    again = cloud.call("POST", "/api/videos/uploads", wanted, headers=key)
    assert (again.status, again.json["code"]) == (410, "upload.deleted")


def test_given_a_deletion_when_it_was_just_asked_for_then_nothing_is_shown_anywhere(
    cloud: Cloud, tmp_path: Path
) -> None:
    token = cloud.new_user("gone-at-once", "enterprise")
    who: dict[str, Any] = {"bearer": token}
    source = odd.tiny(tmp_path / "at-once.mp4")
    wanted = {"file_name": "a.mp4", "size": source.stat().st_size}
    ids: list[str] = []
    for _ in range(3):
        ticket = cloud.call("POST", "/api/videos/uploads", wanted, **who).json
        send_parts(ticket, source.read_bytes())
        cloud.call("PUT", ticket["complete_url"], **who)
        ids.append(ticket["video_id"])

    def ready(video_id: str) -> bool:
        return cloud.call("GET", f"/api/videos/{video_id}", **who).json["status"] == "ready"

    for video_id in ids:
        await_true(lambda video_id=video_id: ready(video_id), "it was not cut")
    (segment, *_) = cloud.call("GET", f"/api/videos/{ids[0]}/segments", **who).json["items"]

    for at, video_id in enumerate(ids):
        assert cloud.call("DELETE", f"/api/videos/{video_id}", **who).status == 202
        paths = ("/api/videos", "/api/segments", "/api/segments?sort_by=duration&sort_order=asc")
        for path in paths:
            shown = cloud.call("GET", path, **who).json["items"]
            assert {one["video_id"] for one in shown} == set(ids[at + 1 :])
        for path in ("", "/segments", "/extras", "/hls"):
            assert cloud.call("GET", f"/api/videos/{video_id}{path}", **who).status == 404
        assert cloud.call("GET", f"/api/pipeline/status/{video_id}", **who).status == 404
    assert cloud.call("GET", f"/api/segments/{segment['segment_id']}", **who).status == 404


def test_given_a_cut_under_way_when_its_video_is_deleted_then_the_run_is_stopped_and_all_is_gone(
    cloud: Cloud, tmp_path: Path
) -> None:
    before = counts(cloud)
    source = heavy(tmp_path / "noise.mov", SECONDS)
    video_id = upload_in_parts(cloud, source)
    await_true(lambda: cutting(cloud, video_id), "nothing was cut")
    await_true(lambda: cloud.segments(video_id, "processed"), "nothing was stored")
    run_id = cloud.run_of(video_id)["run_id"]

    receipt = cloud.delete(video_id)

    assert over(cloud, run_id) in {"ABORTED", "FAILED"}
    require_gone(cloud, cloud.deleted(receipt))
    assert counts(cloud) == before
    time.sleep(2)
    assert len(cloud.traces(video_id)) == 1


def test_given_a_video_at_any_stage_when_deleted_then_all_is_gone(
    cloud: Cloud, tmp_path: Path
) -> None:
    """At moments of chance, from before the run is there until it is over."""
    chance = random.Random("stages")
    source = talk(tmp_path / "stages.mp4", seconds=6, gop=25)
    before, receipts = counts(cloud), []

    for _ in range(6):
        video_id = cloud.upload(source, options=ONE_SECOND)
        time.sleep(chance.uniform(0, 4))
        receipts.append(cloud.delete(video_id))

    for receipt in receipts:
        require_gone(cloud, cloud.deleted(receipt))
    assert counts(cloud) == before


def test_given_workers_that_are_killed_when_a_video_is_deleted_then_all_is_gone_and_told_once(
    cloud: Cloud, tmp_path: Path
) -> None:
    source = talk(tmp_path / "killed.mp4", gop=25)
    video = cloud.finished(cloud.upload(source, options=ONE_SECOND))
    assert video["status"] == "ready", video["error"]
    stored = [one for one in cloud.traces(video["video_id"]) if one.startswith("object: media/")]

    with killing(cloud, "delete_video", random.Random("kills")) as killed:
        receipt = cloud.deleted(cloud.delete(video["video_id"]))

    assert killed
    require_gone(cloud, receipt)
    assert told(receipt)["segments"] == 23
    assert told(receipt)["media"] == len(stored)
    events = history(cloud, f"{receipt['deletion_id']}-1", _machine(cloud))
    assert [event for event in events if event["type"] == "TaskFailed"]


def test_given_a_dropped_file_when_its_video_is_deleted_then_it_is_gone_and_may_come_again(
    cloud: Cloud, tmp_path: Path
) -> None:
    name = f"dropped {uuid.uuid4()}.mp4"
    source = odd.tiny(tmp_path / "dropped.mp4")
    key = cloud.drop(source, name)
    first = cloud.finished(cloud.video_of(name)["video_id"])

    require_gone(cloud, cloud.deleted(cloud.delete(first["video_id"])), key)

    time.sleep(1.1)
    cloud.drop(source, name)
    second = cloud.finished(cloud.video_of(name)["video_id"])
    assert second["status"] == "ready", second["error"]
    assert second["video_id"] != first["video_id"]
    assert cloud.call("GET", f"/api/videos/{first['video_id']}").status == 404


@pytest.mark.parametrize("size", [1_000, 20_000_000])
def test_given_an_upload_on_its_way_when_deleted_then_its_parts_go_and_what_comes_late_too(
    cloud: Cloud, size: int
) -> None:
    ticket = cloud.announce(size)
    video_id, place = ticket["video_id"], cloud.announced_key(ticket["video_id"])
    part: dict[str, Any] = {"url": ticket["put_url"]}
    if ticket["parts"]:
        part = ticket["parts"][0]
        assert send("PUT", part["url"], b"x" * ticket["part_size"], PLAIN).status == 200

    receipt = cloud.deleted(cloud.delete(video_id))
    require_gone(cloud, receipt)

    late = send("PUT", part["url"], b"x" * size, ticket["put_headers"] or PLAIN)
    # A signed URL is good for an hour: a file is erased when it is told of, a part refused.
    assert late.status == (404 if ticket["parts"] else 200)
    await_true(lambda: not cloud.traces(place), "what came late has stayed")
    assert len(cloud.traces(video_id)) == 1


def test_given_a_video_when_deleted_ten_times_at_once_then_there_is_one_receipt(
    cloud: Cloud, tmp_path: Path
) -> None:
    video_id = cloud.upload(odd.tiny(tmp_path / "often.mp4"))
    receipts: list[dict[str, Any]] = []
    cloud.token()

    threads = [
        threading.Thread(target=lambda: receipts.append(cloud.delete(video_id))) for _ in range(10)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(receipts) == 10
    assert len({receipt["deletion_id"] for receipt in receipts}) == 1
    require_gone(cloud, cloud.deleted(receipts[0]))


def test_given_somebody_elses_video_when_deleted_then_it_is_absent_and_stays(
    cloud: Cloud, tmp_path: Path
) -> None:
    video_id = cloud.finished(cloud.upload(odd.tiny(tmp_path / "mine.mp4")))["video_id"]
    before = _but_events(cloud, video_id)

    answer = cloud.call("DELETE", f"/api/videos/{video_id}", user="pro2")

    assert (answer.status, answer.json["code"]) == (404, "video.not_found")
    assert before
    assert _but_events(cloud, video_id) == before


def _but_events(cloud: Cloud, video_id: str) -> list[str]:
    """All there is of a video, without what is told of its run a little later."""
    return sorted(one for one in cloud.traces(video_id) if "-TablesEvent" not in one.split(":")[0])


def test_given_a_deletion_when_its_execution_is_stopped_then_its_receipt_says_what_to_do(
    cloud: Cloud, tmp_path: Path
) -> None:
    video_id = cloud.upload(odd.tiny(tmp_path / "stopped.mp4"))
    cloud.finished(video_id)
    receipt = cloud.delete(video_id)
    machine = _machine(cloud).replace(":stateMachine:", ":execution:")
    name = f"{machine}:{receipt['deletion_id']}-1"

    cloud.client("stepfunctions").stop_execution(executionArn=name)
    stopped = cloud.deleted(receipt)

    assert (stopped["state"], stopped["error"]["code"]) == ("failed", "deletion.internal")
    assert cloud.call("GET", f"/api/videos/{video_id}").status == 404
    begun = cloud.delete(video_id)
    assert begun["state"] == "deleting"
    require_gone(cloud, cloud.deleted(begun))


def _machine(cloud: Cloud) -> str:
    machines = cloud.client("stepfunctions").list_state_machines()["stateMachines"]
    (found,) = (one for one in machines if "VideoDeletion" in one["name"])
    return str(found["stateMachineArn"])


def test_given_patience_when_a_deletion_has_nothing_to_wait_for_then_it_ends_soon(
    cloud: Cloud, tmp_path: Path
) -> None:
    video_id = cloud.upload(odd.tiny(tmp_path / "soon.mp4"))
    cloud.finished(video_id)
    began = time.monotonic()

    cloud.deleted(cloud.delete(video_id))

    assert time.monotonic() - began < PATIENCE_S
