"""Idempotency-Key: a request that is sent again is done once."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.media import odd
from tests.support.cloud import Answer, Cloud

UPLOADS = "/api/videos/uploads"


def _post(cloud: Cloud, key: str, size: int = 1000, user: str = "pro") -> Answer:
    wanted = {"file_name": "a.mp4", "size": size}
    return cloud.call("POST", UPLOADS, wanted, user=user, headers={"Idempotency-Key": key})


def _key() -> str:
    return str(uuid.uuid4())


def test_given_a_key_when_the_request_is_sent_again_then_the_answer_is_the_first_one(
    cloud: Cloud,
) -> None:
    key = _key()

    first, again = _post(cloud, key), _post(cloud, key)

    assert (first.status, again.status) == (201, 201)
    assert again.json == first.json


def test_given_a_key_when_another_request_is_sent_with_it_then_it_is_refused(cloud: Cloud) -> None:
    key = _key()
    _post(cloud, key)

    answer = _post(cloud, key, size=2000)

    assert (answer.status, answer.json["code"]) == (422, "idempotency.key_reused")


def test_given_a_key_when_another_user_sends_it_then_it_is_a_request_of_its_own(
    cloud: Cloud,
) -> None:
    key = _key()

    ours, theirs = _post(cloud, key), _post(cloud, key, user="pro2")

    assert (ours.status, theirs.status) == (201, 201)
    assert ours.json["video_id"] != theirs.json["video_id"]


def test_given_a_key_when_its_request_was_refused_then_it_can_be_used_for_a_right_one(
    cloud: Cloud,
) -> None:
    key = _key()
    assert _post(cloud, key, size=-1).status == 422

    assert _post(cloud, key).status == 201


@pytest.mark.parametrize("key", ["", "two words", "x" * 201, "café"])
def test_given_an_invalid_key_when_a_request_is_sent_with_it_then_it_is_refused(
    cloud: Cloud, key: str
) -> None:
    answer = _post(cloud, key)

    assert (answer.status, answer.json["code"]) == (422, "idempotency.invalid_key")
    assert answer.headers["content-type"] == "application/problem+json"


def test_given_a_key_when_its_request_is_sent_twice_at_once_then_there_is_one_video(
    cloud: Cloud,
) -> None:
    key = _key()
    cloud.token()

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: _post(cloud, key), range(4)))

    made = {answer.json["video_id"] for answer in answers if answer.status == 201}
    held = [answer for answer in answers if answer.status != 201]
    assert len(made) == 1
    assert {answer.json["code"] for answer in held} <= {"idempotency.in_progress"}
    assert all(answer.headers["retry-after"] for answer in held)


def test_given_a_key_when_a_run_is_started_twice_with_it_then_there_is_one_run(
    cloud: Cloud, tmp_path: Path
) -> None:
    video_id = cloud.upload(odd.tiny(tmp_path / "rerun.mp4"))
    first = cloud.finished(video_id)["run_id"]
    headers, body = {"Idempotency-Key": _key()}, {"video_id": video_id}

    answers = []
    for _ in range(2):
        answers.append(cloud.call("POST", "/api/pipeline/start", body, headers=headers))
        run_id = cloud.finished(video_id)["run_id"]

    assert [answer.status for answer in answers] == [202, 202]
    assert {answer.json["run_id"] for answer in answers} == {run_id}
    assert run_id != first
    assert len(cloud.segments(video_id, "processed")) == 1
