"""Requests that are wrong: every wrong place is named at once, in problem details."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.cloud import Answer, Cloud

UPLOADS = "/api/videos/uploads"
GOOD = {"file_name": "a.mp4", "size": 1000}


def _pointers(answer: Answer) -> set[str]:
    assert answer.status == 422, answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["code"] == "request.invalid"
    assert all(row["code"] and row["detail"] for row in answer.json["errors"])
    return {row["pointer"] for row in answer.json["errors"]}


def test_given_many_wrong_fields_when_an_upload_is_announced_then_all_are_named_at_once(
    cloud: Cloud,
) -> None:
    body = {
        "file_name": "a\x00b.mp4",
        "size": -1,
        "title": 3,
        "content_type": "video",
        "options": {"segmentation": {"mode": "smart", "length_s": float("nan"), "speed": 2}},
        "colour": "red",
    }

    answer = cloud.call("POST", UPLOADS, body)

    segmentation = {f"/options/segmentation/{name}" for name in ("mode", "length_s", "speed")}
    plain = {"/file_name", "/size", "/title", "/content_type", "/colour"}
    assert _pointers(answer) == plain | segmentation


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"size": 0}, "/size"),
        ({"size": "1000"}, "/size"),
        ({"size": 1000.5}, "/size"),
        ({"size": True}, "/size"),
        ({"size": None}, "/size"),
        ({"size": 10**30}, "/size"),
        ({"size": float("inf")}, "/size"),
        ({"file_name": ""}, "/file_name"),
        ({"file_name": "  "}, "/file_name"),
        ({"file_name": "a\nb"}, "/file_name"),
        ({"file_name": "x" * 256}, "/file_name"),
        ({"file_name": "\ud800.mp4"}, "/file_name"),
        ({"file_name": ["a.mp4"]}, "/file_name"),
        ({"title": "\x1b[2J"}, "/title"),
        ({"title": "x" * 201}, "/title"),
        ({"content_type": "video/mp4\r\nx: y"}, "/content_type"),
        ({"content_type": "video/mp4\n"}, "/content_type"),
        ({"options": {"segmentation": {"length_s": 0.5}}}, "/options/segmentation/length_s"),
        ({"options": {"segmentation": {"length_s": 1e300}}}, "/options/segmentation/length_s"),
        ({"options": []}, "/options"),
        ({"user_id": "somebody-else"}, "/user_id"),
    ],
    ids=str,
)
def test_given_a_wrong_field_when_an_upload_is_announced_then_it_is_named(
    cloud: Cloud, change: dict[str, Any], pointer: str
) -> None:
    assert _pointers(cloud.call("POST", UPLOADS, {**GOOD, **change})) == {pointer}


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"[]", b'"text"', b"\xff\xfe", b"[" * 5_000 + b"]" * 5_000],
    ids=["nothing", "half", "null", "list", "text", "not-utf-8", "deep"],
)
def test_given_a_body_that_is_no_object_when_an_upload_is_announced_then_it_is_refused(
    cloud: Cloud, body: bytes
) -> None:
    answer = cloud.call("POST", UPLOADS, body)

    assert _pointers(answer)


@pytest.mark.parametrize("video_id", ["", "x" * 65, 7, None], ids=repr)
def test_given_a_wrong_id_when_a_pipeline_is_started_then_it_is_named(
    cloud: Cloud, video_id: Any
) -> None:
    answer = cloud.call("POST", "/api/pipeline/start", {"video_id": video_id})

    assert _pointers(answer) == {"/video_id"}


@pytest.mark.parametrize(
    "path",
    ["/api/videos/{}", "/api/videos/{}/segments", "/api/segments/{}", "/api/pipeline/status/{}"],
)
@pytest.mark.parametrize(
    "odd", ["%00", "%20", "..", "a%2Fb", "%F0%9F%98%80", "x" * 3000], ids=lambda odd: odd[:12]
)
def test_given_an_id_that_cannot_be_when_it_is_asked_for_then_it_is_not_found(
    cloud: Cloud, path: str, odd: str
) -> None:
    answer = cloud.call("GET", path.format(odd))

    assert answer.status == 404, answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["code"].endswith("not_found")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nothing", 404, "route.not_found"),
        ("PATCH", "/api/videos", 405, "method.not_allowed"),
        ("PUT", "/api/videos", 405, "method.not_allowed"),
        ("DELETE", "/api/pipeline/start", 405, "method.not_allowed"),
    ],
)
def test_given_an_unknown_route_when_it_is_called_then_the_answer_is_a_problem(
    cloud: Cloud, method: str, path: str, status: int, code: str
) -> None:
    answer = cloud.call(method, path)

    assert (answer.status, answer.json["status"], answer.json["code"]) == (status, status, code)
    assert answer.headers["content-type"] == "application/problem+json"


def test_given_what_was_sent_when_it_is_refused_then_it_is_not_echoed(cloud: Cloud) -> None:
    answer = cloud.call("POST", UPLOADS, {**GOOD, "size": "a-secret-of-mine"})

    assert "a-secret-of-mine" not in json.dumps(answer.json)
