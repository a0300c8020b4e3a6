"""Lip-sync on the deployed cloud, against the simulator of Sync.so."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.cloud import Cloud, send
from tests.support.deletions import require_gone, told
from tests.support.lipsync import (
    CREATE,
    Footage,
    ask,
    calls,
    calm,
    captioned,
    carried,
    ended,
    expect,
    fetch,
    letters,
    make_footage,
    names,
    part,
    reached,
    seen_alike,
    send_form,
    send_voices,
    status,
    tick,
    unchanged,
    wanted,
)

SECRET = "whsec_local"


@pytest.fixture(scope="module")
def footage(cloud: Cloud, tmp_path_factory: pytest.TempPathFactory) -> Footage:
    return make_footage(cloud, tmp_path_factory.mktemp("footage"))


@pytest.fixture(autouse=True)
def _calm(cloud: Cloud) -> Iterator[None]:
    calm(cloud)
    calls(cloud)
    yield
    calm(cloud)


def _went_through(
    cloud: Cloud, footage: Footage, *faults: dict[str, Any], **more: Any
) -> dict[str, Any]:
    """A job of one range, with faults that are for it alone."""
    job = ask(cloud, wanted(footage, part(1.0, 2.0, "anna"), **more))
    expect(cloud, *({**fault, "match": job["job_id"]} for fault in faults))
    send_voices(job, footage.voices)
    return job


def _creations(cloud: Cloud, job_id: str) -> list[str]:
    """The keys under which the provider was asked for generations of this job."""
    made = [one for one in calls(cloud) if one["method"] == "POST" and "generate" in one["path"]]
    return [str(key) for one in made if (key := one["idempotency_key"]) and job_id in key]


def test_given_two_voices_for_three_ranges_when_all_has_arrived_then_each_range_carries_its_own(
    cloud: Cloud, footage: Footage, tmp_path: Path
) -> None:
    ranges = (
        part(1.0, 2.5, "anna", start_time=0.5, end_time=2.0),
        part(5.0, 7.0, "anna"),
        part(2.5, 4.0, "ben"),
    )
    asked = wanted(footage, *ranges, title="Dubbed")
    job = ask(cloud, asked)
    assert (job["status"], job["dry_run"]) == ("awaiting_uploads", False)
    assert job["estimated_cost"]["measured"] is True
    send_voices(job, footage.voices)

    done = ended(cloud, job["job_id"])

    assert done["status"] == "completed", done
    assert (done["percent"], done["is_pro_job"]) == (100.0, True)
    assert {one["status"] for one in done["segments"]} == {"completed"}
    result = fetch(done, tmp_path / "result.mp4")
    anna, ben = footage.voices["anna"], footage.voices["ben"]
    assert carried(result, anna, 1.1, 1.3, crop=0.6) > 0.9
    assert carried(result, anna, 5.1, 1.8, crop=0.1) > 0.9
    assert carried(result, ben, 2.6, 1.3, crop=0.1) > 0.9
    assert carried(result, ben, 1.1, 1.3, crop=0.1) < 0.3
    for at, seconds in ((0.1, 0.8), (4.1, 0.8), (7.1, 0.8)):
        assert unchanged(result, footage.video, at, seconds) > 0.99
        assert seen_alike(result, footage.video, at, seconds) > 30
    assert seen_alike(result, footage.video, 4.1, 0.8, other=6.1) < 25
    segment = cloud.call("GET", f"/api/segments/{done['result']['segment_id']}").json
    assert (segment["source"], segment["title"]) == ("lipsync", "Dubbed")
    assert segment["lipsync_job_id"] == job["job_id"]
    shown = cloud.call("GET", f"/api/segments/{segment['thumbnail_segment_id']}").json
    assert (shown["segment_type"], shown["thumbnail_of"]) == ("thumbnail", segment["segment_id"])
    picture = cloud.fetch(shown, tmp_path / "thumbnail.jpg").read_bytes()
    assert picture.startswith(b"\xff\xd8\xff")
    assert abs(segment["duration"] - 8.0) < 0.2
    assert _creations(cloud, job["job_id"]) == [job["job_id"]]


def test_given_a_caption_in_the_video_when_its_removal_is_asked_for_then_it_is_seen_no_more(
    cloud: Cloud, tmp_path: Path
) -> None:
    footage = make_footage(cloud, tmp_path, film=captioned)
    job = _went_through(cloud, footage, text_removal={"detect": True})

    done = ended(cloud, job["job_id"])

    assert done["status"] == "completed", done
    result = fetch(done, tmp_path / "result.mp4")
    for at in (0.5, 5.0):
        assert len(letters(footage.video, at)) == 1
        assert letters(result, at) == []
    assert unchanged(result, footage.video, 4.1, 0.8) > 0.99


def test_given_a_form_with_all_files_when_posted_then_the_job_starts_and_ends_by_itself(
    cloud: Cloud, footage: Footage, tmp_path: Path
) -> None:
    ranges = json.dumps([part(1.0, 2.0, "anna"), part(4.0, 5.5, "ben")])
    parts = [("video", footage.video), ("segments", ranges), ("title", "Sent at once")]
    parts += [("audio", voice) for voice in footage.voices.values()]

    answer = send_form(cloud, parts)

    assert answer.status == 202, answer.body
    assert answer.json["uploads"] == {"video": None, "audios": []}
    done = ended(cloud, answer.json["job_id"])
    assert done["status"] == "completed", done
    assert (done["title"], done["video_id"]) == ("Sent at once", done["job_id"])
    result = fetch(done, tmp_path / "result.mp4")
    assert carried(result, footage.voices["anna"], 1.1, 0.8, crop=0.1) > 0.9
    assert carried(result, footage.voices["ben"], 4.1, 1.2, crop=0.1) > 0.9


def test_given_a_form_that_is_too_large_when_posted_then_it_points_to_the_json_form(
    cloud: Cloud, tmp_path: Path
) -> None:
    large = tmp_path / "large.mp4"
    large.write_bytes(bytes(4 * 1024 * 1024 + 1))

    answer = send_form(cloud, [("video", large)])

    assert (answer.status, answer.json["code"]) == (413, "lipsync.form_too_large")
    assert "application/json" in answer.json["detail"]


def test_given_a_webhook_that_is_lost_when_the_schedule_ticks_then_the_job_goes_on(
    cloud: Cloud, footage: Footage
) -> None:
    job = _went_through(cloud, footage, {"on": "webhook", "kind": "lost"})
    reached(cloud, job["job_id"], {"processing", "completed"})
    tick(cloud)

    done = ended(cloud, job["job_id"])

    assert done["status"] == "completed", done
    assert done["polls"] >= 1


@pytest.mark.parametrize(
    ("fault", "keys"),
    [
        ({"on": "work", "kind": "failed", "code": "generation_pipeline_failed"}, 2),
        ({"on": "work", "kind": "failed", "code": "generation_input_video_invalid"}, 2),
        ({"on": "create", "kind": "outcome_unknown_after"}, 1),
        ({"on": "create", "kind": "dropped_after"}, 1),
        ({"on": "result", "kind": "expired"}, 1),
        ({"on": "webhook", "kind": "duplicate"}, 1),
        ({"on": "webhook", "kind": "lying"}, 1),
    ],
    ids=lambda value: f"{value['on']}-{value['kind']}" if isinstance(value, dict) else str(value),
)
def test_given_a_fault_that_passes_when_it_has_then_the_job_is_made_and_paid_for_once_each(
    cloud: Cloud, footage: Footage, fault: dict[str, Any], keys: int
) -> None:
    job = _went_through(cloud, footage, fault)

    done = ended(cloud, job["job_id"])

    assert done["status"] == "completed", done
    assert len(set(_creations(cloud, job["job_id"]))) == keys
    assert done["attempts"] == keys


def test_given_a_bad_day_of_the_provider_when_it_has_passed_then_the_job_was_made_once(
    cloud: Cloud, footage: Footage, tmp_path: Path
) -> None:
    """Slow, down, cut off, unreadable, and telling of ends that are none of its own: all in one."""
    doors = {
        "create": ("status", "dropped", "garbage_after"),
        "get": ("status", "garbage", "dropped"),
        "result": ("status", "truncated", "expired"),
        "webhook": ("forged",),
    }
    faults = [{"on": door, "kind": kind} for door, kinds in doors.items() for kind in kinds]

    job = _went_through(cloud, footage, {"on": "work", "kind": "slow", "seconds": 2}, *faults)
    reached(cloud, job["job_id"], {"processing", "downloading", "post_processing", "completed"})
    tick(cloud)
    done = ended(cloud, job["job_id"])

    assert done["status"] == "completed", done
    assert set(_creations(cloud, job["job_id"])) == {job["job_id"]}
    assert done["attempts"] == 1
    result = fetch(done, tmp_path / "result.mp4")
    assert carried(result, footage.voices["anna"], 1.1, 0.8, crop=0.1) > 0.9


@pytest.mark.parametrize(
    ("fault", "ends", "code"),
    [
        ({"on": "work", "kind": "rejected"}, "rejected", None),
        (
            {"on": "work", "kind": "failed", "code": "generation_input_face_selection_invalid"},
            "failed",
            "lipsync.face_not_found",
        ),
        ({"on": "work", "kind": "broken_output"}, "failed", "lipsync.result_broken"),
    ],
    ids=["rejected", "no-face", "broken-file"],
)
def test_given_a_fault_that_stays_when_met_then_the_job_says_what_to_do(
    cloud: Cloud, footage: Footage, fault: dict[str, Any], ends: str, code: str | None
) -> None:
    job = _went_through(cloud, footage, fault)

    done = ended(cloud, job["job_id"])

    assert done["status"] == ends
    assert done["error"]["code"].startswith("lipsync.")
    assert code in {None, done["error"]["code"]}
    assert len(done["error"]["detail"]) > 20
    assert {one["status"] for one in done["segments"]} == {ends}
    again = cloud.call("POST", f"/api/v1/sync/pro-job/{job['job_id']}/retry")
    assert again.status == 202, again.body
    retried = ended(cloud, again.json["job_id"])
    assert (retried["status"], retried["retry_of"]) == ("completed", job["job_id"])


def test_given_another_file_than_was_announced_when_it_has_arrived_then_the_job_is_rejected(
    cloud: Cloud, footage: Footage, tmp_path: Path
) -> None:
    text = tmp_path / "anna.wav"
    text.write_bytes(b"no sound at all " * 100)
    body = wanted(footage, part(1.0, 2.0, "anna"))
    body["audios"][0]["size"] = text.stat().st_size
    job = ask(cloud, body)
    send_voices(job, {"anna": text})

    done = ended(cloud, job["job_id"])

    assert (done["status"], done["error"]["code"]) == ("rejected", "lipsync.inputs_refused")
    assert [one["pointer"] for one in done["problems"]] == ["/audios/0"]
    assert _creations(cloud, job["job_id"]) == []


def test_given_a_crop_beyond_the_audio_when_it_was_looked_at_then_that_is_told_by_its_pointer(
    cloud: Cloud, footage: Footage
) -> None:
    far = part(1.0, 2.0, "anna", start_time=2.5, end_time=3.5)
    job = ask(cloud, wanted(footage, far))
    send_voices(job, footage.voices)

    done = ended(cloud, job["job_id"])

    assert done["status"] == "rejected"
    assert names(done["problems"]) == {("/segments/0/audio_input/end_time", "beyond_audio")}


def test_given_a_job_that_is_under_way_when_cancelled_then_it_stays_cancelled(
    cloud: Cloud, footage: Footage
) -> None:
    job = _went_through(cloud, footage, {"on": "work", "kind": "slow", "seconds": 20})
    reached(cloud, job["job_id"], {"processing"})

    cancelled = cloud.call("POST", f"/api/v1/sync/pro-job/{job['job_id']}/cancel")

    assert (cancelled.status, cancelled.json["status"]) == (202, "cancelled")
    other = _went_through(cloud, footage)
    assert ended(cloud, other["job_id"])["status"] == "completed"
    assert status(cloud, job["job_id"])["status"] == "cancelled"
    assert status(cloud, job["job_id"])["error"] is None


def test_given_the_free_tier_when_it_asks_then_it_is_told_which_plans_have_it(
    cloud: Cloud, footage: Footage
) -> None:
    answer = cloud.call("POST", CREATE, wanted(footage, part(1.0, 2.0, "anna")), user="free")

    assert (answer.status, answer.json["code"]) == (403, "lipsync.tier")
    assert "Pro" in answer.json["detail"]


def test_given_a_dry_run_when_wrong_or_right_then_nothing_is_made(
    cloud: Cloud, footage: Footage
) -> None:
    right = wanted(footage, part(1.0, 2.0, "anna"), dry_run=True)
    wrong = wanted(footage, part(1.0, 9.0, "anna"), part(0.5, 0.4, "ben"), dry_run=True)

    good, bad = (cloud.call("POST", CREATE, body) for body in (right, wrong))

    assert (good.status, good.json["job_id"], good.json["dry_run"]) == (200, None, True)
    assert bad.status == 422
    assert names(bad.json["errors"]) == {
        ("/segments/0/end_time", "beyond_video"),
        ("/segments/1/end_time", "start_after_end"),
    }


def test_given_somebody_elses_job_when_looked_at_then_there_is_none(
    cloud: Cloud, footage: Footage
) -> None:
    job = ask(cloud, wanted(footage, part(1.0, 2.0, "anna")))
    place = f"/api/v1/sync/pro-job/{job['job_id']}"

    other = [
        cloud.call("GET", f"{place}/status", user="free"),
        cloud.call("POST", f"{place}/cancel", user="free"),
        cloud.call("POST", f"{place}/retry", user="free"),
    ]

    assert [one.status for one in other] == [404, 404, 404]
    listed = cloud.call("GET", "/api/v1/sync/pro-jobs?limit=1").json["items"]
    assert [one["job_id"] for one in listed] == [job["job_id"]]
    assert cloud.call("GET", "/api/v1/sync/pro-jobs", user="free").json["items"] == []


def _hook(cloud: Cloud, secret: str, at: int, job_id: str = "none") -> int:
    body = json.dumps({"id": "generation", "status": "COMPLETED"}).encode()
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    headers = {"Content-Type": "application/json", "Sync-Signature": f"t={at},v1={signed}"}
    url = f"{cloud.outputs.api_url}/webhooks/sync-so?job_id={job_id}"
    return send("POST", url, body, headers).status


def test_given_webhooks_when_forged_stale_or_unsigned_then_they_are_refused(cloud: Cloud) -> None:
    now = int(time.time())
    url = f"{cloud.outputs.api_url}/webhooks/sync-so"

    assert _hook(cloud, SECRET, now) == 204
    assert _hook(cloud, "whsec_of_somebody_else", now) == 401
    assert _hook(cloud, SECRET, now - 3_600) == 401
    assert _hook(cloud, SECRET, now + 3_600) == 401
    assert send("POST", url, b"{}", {"Content-Type": "application/json"}).status == 401


def test_given_a_job_under_way_when_its_video_is_deleted_then_it_ends_and_nothing_of_it_is_left(
    cloud: Cloud, tmp_path: Path
) -> None:
    footage = make_footage(cloud, tmp_path)
    job = _went_through(cloud, footage, {"on": "work", "kind": "slow", "seconds": 60})
    reached(cloud, job["job_id"], {"processing"})
    place = f"/api/v1/sync/pro-job/{job['job_id']}"

    receipt = cloud.delete(footage.video_id, user="pro")

    hidden = [cloud.call("GET", f"{place}/status"), cloud.call("POST", f"{place}/retry")]
    assert [one.status for one in hidden] == [404, 404]
    listed = cloud.call("GET", "/api/v1/sync/pro-jobs").json["items"]
    assert job["job_id"] not in {one["job_id"] for one in listed}
    receipt = cloud.deleted(receipt, user="pro")
    assert (told(receipt)["lipsync_jobs"], told(receipt)["uploads"]) == (1, 2)
    require_gone(cloud, receipt, job["job_id"])
