"""What holds for every request: ids, unknown addresses, errors of the inside."""

from __future__ import annotations

import pytest

from functions import bootstrap
from functions.domain.errors import UnavailableError
from tests.fakes.world import World
from tests.unit.api.client import Client


def _raising(error: Exception):
    def make(*_: str):
        raise error

    return make


def test_given_a_request_without_an_id_when_answered_then_it_has_the_invocation_s(
    client: Client,
):
    assert client.get("/health").headers["x-request-id"] == "invocation-1"


@pytest.mark.parametrize("request_id", ["a", "7f3c:web-1.2_x", "a" * 100])
def test_given_a_request_with_an_id_when_answered_then_it_comes_back(
    client: Client, request_id: str
):
    answer = client.get("/api/videos", headers={"X-Request-Id": request_id})

    assert answer.headers["x-request-id"] == request_id


@pytest.mark.parametrize("request_id", ["", "a b", "a\r\nSet-Cookie: x", "a" * 101, "<script>"])
def test_given_an_id_that_is_none_when_answered_then_ours_is_used(client: Client, request_id: str):
    answer = client.get("/api/videos", headers={"X-Request-Id": request_id})

    assert answer.headers["x-request-id"] == "invocation-1"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/api"),
        ("GET", "/nope"),
        ("POST", "/api/videos/uploads/x/y"),
        ("GET", "/api/videos/../secrets"),
    ],
)
def test_given_an_unknown_address_when_asked_then_it_is_a_problem_with_the_request_s_id(
    client: Client, method: str, path: str
):
    answer = client.request(method, path, headers={"X-Request-Id": "r-1"})

    assert (answer.status, answer.code) == (404, "route.not_found")
    assert answer.headers["x-request-id"] == "r-1"


@pytest.mark.parametrize(
    ("method", "path", "takes"),
    [
        ("PATCH", "/api/videos", "GET, POST"),
        ("PUT", "/api/segments/batch-create", "POST"),
        ("DELETE", "/api/videos/uploads", "POST"),
        ("POST", "/api/segments/some-id", "DELETE, GET, PATCH, PUT"),
    ],
)
def test_given_a_right_address_when_asked_by_a_wrong_method_then_the_right_ones_are_told(
    client: Client, method: str, path: str, takes: str
):
    answer = client.request(method, path)

    assert (answer.status, answer.code) == (405, "method.not_allowed")
    assert answer.headers["allow"] == takes


def test_given_an_error_nobody_thought_of_when_answered_then_nothing_of_the_inside_is_told(
    client: Client, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bootstrap, "shown_video_store", _raising(ValueError("password=hunter2")))

    answer = client.get("/api/videos")

    assert (answer.status, answer.code) == (500, "internal")
    assert "hunter2" not in answer.text
    assert "ValueError" not in answer.text
    assert answer.headers["x-request-id"]


def test_given_an_error_nobody_thought_of_when_answered_then_it_is_counted(
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.setattr(bootstrap, "shown_video_store", _raising(ValueError("unknown")))

    client.get("/api/videos")

    assert '"ApiFaults":[1.0]' in capsys.readouterr().out


def test_given_a_dependency_that_is_down_when_answered_then_the_client_is_asked_to_come_back(
    client: Client, monkeypatch: pytest.MonkeyPatch
):
    down = UnavailableError("dependency.unavailable", "The table of videos failed; try again.")
    monkeypatch.setattr(bootstrap, "shown_video_store", _raising(down))

    answer = client.get("/api/videos")

    assert (answer.status, answer.code) == (503, "dependency.unavailable")
    assert int(answer.headers["retry-after"]) > 0


def test_given_two_requests_when_answered_then_the_second_knows_nothing_of_the_first(
    client: Client, world: World
):
    client.post("/api/videos/uploads", {"file_name": "mine.mp4", "size": 5})

    assert "mine.mp4" in client.get("/api/videos").text
    assert "mine.mp4" not in client.stranger.get("/api/videos").text
    assert len(world.videos.all()) == 1
