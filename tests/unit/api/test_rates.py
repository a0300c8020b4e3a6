"""Requests are counted by user and minute, and every answer tells what is left."""

from __future__ import annotations

import json
from typing import Any

import pytest

from functions import bootstrap
from functions.runtime import telemetry
from tests.builders import make_segment
from tests.environment import FUNCTION_ENVIRONMENT
from tests.fakes.world import World
from tests.unit.api.client import Client
from tests.unit.api.stored import nothing_written, read_video

LIMITS = json.loads(FUNCTION_ENVIRONMENT["RATE_LIMITS"])
NAMES = {f"ratelimit{rest}" for rest in ("", "-policy", "-limit", "-remaining", "-reset")}
SEGMENT = make_segment()
PATH = f"/api/segments/{SEGMENT.segment_id}"
ANSWERS: list[tuple[int, str, str, dict[str, Any]]] = [
    (200, "GET", "/api/videos", {}),
    (200, "GET", PATH, {}),
    (304, "GET", PATH, {"headers": {"If-None-Match": '"1"'}}),
    (204, "DELETE", PATH, {}),
    (404, "GET", "/api/segments/none", {}),
    (404, "GET", "/api/nope", {}),
    (405, "PUT", "/api/segments", {}),
    (405, "GET", "/api/segments/batch-create", {}),
    (412, "DELETE", PATH, {"headers": {"If-Match": '"9"'}}),
    (413, "POST", "/api/segments", {"body": "x" * 1024 * 1024}),
    (415, "POST", "/api/segments", {"body": "x", "headers": {"Content-Type": "text/plain"}}),
    (422, "POST", "/api/segments", {"body": {}}),
    (422, "POST", "/api/segments", {"body": {}, "headers": {"Idempotency-Key": "a b"}}),
    (422, "GET", "/api/videos", {"query": {"limit": "0"}}),
]
EVERY = pytest.mark.parametrize(
    ("status", "method", "path", "more"), ANSWERS, ids=lambda value: str(value)[:30]
)


@pytest.fixture(autouse=True)
def _stored(world: World) -> None:
    world.segments.add([SEGMENT])


def _spent(world: World, monkeypatch: pytest.MonkeyPatch, used: int) -> None:
    """As if that many requests had been made this minute."""
    monkeypatch.setattr(world.request_counts, "hit", lambda *_: used)


@EVERY
def test_given_any_answer_when_told_then_it_says_what_is_left_and_which_request_it_is_of(
    client: Client, status: int, method: str, path: str, more: dict[str, Any]
):
    headers = {**more.get("headers", {}), "X-Request-Id": "r-1"}

    answer = client.request(method, path, **{**more, "headers": headers})

    assert answer.status == status
    assert answer.headers.keys() >= NAMES
    assert answer.headers["ratelimit-remaining"] == str(LIMITS["pro"] - 1)
    assert answer.headers["x-request-id"] == "r-1"


@EVERY
def test_given_a_spent_minute_when_asked_then_it_is_refused_whatever_it_is_and_nothing_is_done(
    client: Client,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    method: str,
    path: str,
    more: dict[str, Any],
):
    _spent(world, monkeypatch, LIMITS["pro"] + 1)
    headers = {**more.get("headers", {}), "X-Request-Id": "r-1"}

    with nothing_written(world):
        answer = client.request(method, path, **{**more, "headers": headers})

    assert (answer.status, answer.code) == (429, "rate.exceeded")
    assert answer.headers["retry-after"] == answer.headers["ratelimit-reset"]
    assert 1 <= int(answer.headers["retry-after"]) <= 60
    assert answer.headers["ratelimit-remaining"] == "0"
    assert answer.headers["x-request-id"] == "r-1"


@pytest.mark.parametrize("error", [ValueError("unknown"), KeyError("sub")])
def test_given_a_fault_of_ours_when_answered_then_it_says_what_is_left(
    client: Client, monkeypatch: pytest.MonkeyPatch, error: Exception
):
    def raising(*_: str) -> None:
        raise error

    monkeypatch.setattr(bootstrap, "shown_video_store", raising)

    answer = client.get("/api/videos")

    assert answer.status == 500
    assert answer.headers.keys() >= NAMES | {"x-request-id"}


@pytest.mark.parametrize("tier", LIMITS)
def test_given_a_tier_when_its_last_request_is_made_then_it_is_served_and_the_next_is_not(
    client: Client, world: World, monkeypatch: pytest.MonkeyPatch, tier: str
):
    statuses = []
    for used in (LIMITS[tier], LIMITS[tier] + 1):
        _spent(world, monkeypatch, used)
        answer = client.get("/api/videos", groups=f"[{tier}]")
        statuses.append(answer.status)

    assert statuses == [200, 429]
    assert answer.headers["ratelimit-policy"] == f'"{tier}";q={LIMITS[tier]};w=60'


def test_given_a_user_of_no_tier_when_they_ask_then_they_have_the_free_one_s(client: Client):
    assert client.get("/api/videos", groups="[]").headers["ratelimit-limit"] == str(LIMITS["free"])


def test_given_two_users_when_they_ask_then_each_spends_their_own(client: Client):
    client.get("/api/videos")

    left = client.stranger.get("/api/videos").headers["ratelimit-remaining"]

    assert left == str(LIMITS["pro"] - 1)


def test_given_counts_out_of_reach_when_asked_then_it_is_served_and_noted(
    client: Client,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    world.request_counts.out_of_reach = True
    logged: list[str] = []
    monkeypatch.setattr(telemetry.logger, "warning", lambda says, **_: logged.append(says))

    answer = client.get("/api/videos")

    assert answer.status == 200
    assert not answer.headers.keys() & NAMES
    assert logged == ["requests not counted"]
    assert '"RequestsNotCounted":[1.0]' in capsys.readouterr().out


@pytest.mark.parametrize("path", ["/health", "/openapi.json", "/nope"])
def test_given_a_public_route_when_asked_then_it_is_not_counted(
    client: Client, world: World, path: str
):
    answer = client.get(path)

    assert not answer.headers.keys() & NAMES
    assert world.request_counts.hits == {}
    assert answer.headers["x-request-id"]


def test_given_a_repeat_of_a_kept_answer_when_told_then_it_says_what_is_left_now(
    client: Client, world: World, kept: object
):
    read_video(world)
    body, key = {"video_id": SEGMENT.video_id}, {"Idempotency-Key": "k-1"}

    left = [
        client.post("/api/segments", body, headers=key).headers["ratelimit-remaining"]
        for _ in range(2)
    ]

    assert left == [str(LIMITS["pro"] - 1), str(LIMITS["pro"] - 2)]
