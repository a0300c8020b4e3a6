from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from functions.domain.platforms.accounts import NotConfiguredError
from functions.domain.platforms.errors import GrantRefusedError, PlatformDownError
from functions.domain.posts.post import Platform
from tests.builders import USER
from tests.fakes.world import World
from tests.unit.api.client import Answer, Client

BASE = "/api/social/accounts"
each_platform = pytest.mark.parametrize("platform", list(Platform))


def _state(answer: Answer) -> str:
    assert answer.status == 200
    return parse_qs(urlsplit(answer.json["authorization_url"]).query)["state"][0]


def _connected(client: Client, platform: str = "x") -> Answer:
    state = _state(client.post(f"{BASE}/{platform}/connect", {}))
    return client.post(f"{BASE}/{platform}/callback", {"code": "good", "state": state})


def _listed(client: Client) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = client.get(BASE).json["items"]
    return items


@each_platform
def test_given_a_user_who_consents_when_back_then_the_account_is_connected_and_listed(
    client: Client, world: World, platform: Platform
):
    answer = _connected(client, platform.value)

    assert answer.status == 200
    assert answer.json["platform"] == platform.value
    assert answer.json["status"] == "connected"
    assert _listed(client) == [answer.json]


def test_given_accounts_when_told_then_no_token_and_nothing_sealed_is_among_it(
    client: Client, world: World
):
    told = _connected(client).text + client.get(BASE).text

    account = world.social_accounts.get(USER, Platform.X)
    assert account
    assert account.sealed
    assert account.sealed not in told
    assert "access-0" not in told
    assert "refresh-0" not in told


def test_given_anothers_account_when_listed_then_it_is_not_there(client: Client):
    _connected(client)

    assert _listed(client.stranger) == []
    assert client.stranger.delete(f"{BASE}/x").code == "social_account.not_found"
    assert len(_listed(client)) == 1


def test_given_a_state_of_somebody_else_when_back_then_it_is_refused(client: Client):
    """Or a stranger's account could be connected to a user who only followed a link."""
    state = _state(client.post(f"{BASE}/x/connect", {}))

    answer = client.stranger.post(f"{BASE}/x/callback", {"code": "good", "state": state})

    assert answer.wrong == {"/state": "unknown_state"}
    assert _listed(client.stranger) == []


def test_given_a_state_of_another_platform_when_back_then_it_is_refused(client: Client):
    state = _state(client.post(f"{BASE}/youtube/connect", {}))

    answer = client.post(f"{BASE}/x/callback", {"code": "good", "state": state})

    assert answer.wrong == {"/state": "unknown_state"}


def test_given_a_state_when_used_twice_then_the_second_time_is_refused(client: Client):
    state = _state(client.post(f"{BASE}/x/connect", {}))
    body = {"code": "good", "state": state}
    assert client.post(f"{BASE}/x/callback", body).status == 200

    assert client.post(f"{BASE}/x/callback", body).code == "social.unknown_state"


def test_given_a_user_who_took_too_long_when_back_then_it_is_refused(client: Client, world: World):
    state = _state(client.post(f"{BASE}/x/connect", {}))
    world.clock.now += timedelta(minutes=16)

    answer = client.post(f"{BASE}/x/callback", {"code": "good", "state": state})

    assert answer.code == "social.unknown_state"


def test_given_two_attempts_when_back_from_the_first_then_only_the_later_one_counts(
    client: Client,
):
    first = _state(client.post(f"{BASE}/x/connect", {}))
    _state(client.post(f"{BASE}/x/connect", {}))

    answer = client.post(f"{BASE}/x/callback", {"code": "good", "state": first})

    assert answer.code == "social.unknown_state"


def test_given_a_code_that_is_bad_when_back_then_the_platform_says_so(client: Client):
    state = _state(client.post(f"{BASE}/x/connect", {}))

    answer = client.post(f"{BASE}/x/callback", {"code": "bad", "state": state})

    assert (answer.status, answer.code) == (409, "social.grant_refused")
    assert _listed(client) == []


def test_given_a_platform_that_is_down_when_back_then_it_is_to_be_tried_again(
    client: Client, world: World
):
    state = _state(client.post(f"{BASE}/x/connect", {}))
    world.platforms.known[Platform.X].error = PlatformDownError(Platform.X, "http_503")

    answer = client.post(f"{BASE}/x/callback", {"code": "good", "state": state})

    assert (answer.status, answer.code) == (503, "social.platform_down")


def test_given_an_account_that_is_dead_when_listed_then_it_says_why_and_connecting_mends_it(
    client: Client, world: World
):
    _connected(client)
    account = world.social_accounts.get(USER, Platform.X)
    assert account
    world.social_accounts.save(account.dead("invalid_grant"))

    (told,) = _listed(client)
    assert (told["status"], told["reason"]) == ("reconnect_needed", "invalid_grant")

    _connected(client)
    (told,) = _listed(client)
    assert (told["status"], told["reason"]) == ("connected", None)


def test_given_an_account_when_disconnected_then_it_is_gone_here_and_at_the_platform(
    client: Client, world: World
):
    _connected(client)

    assert client.delete(f"{BASE}/x").status == 204

    assert _listed(client) == []
    assert world.platforms.known[Platform.X].revoked == ["access-0"]
    assert client.delete(f"{BASE}/x").code == "social_account.not_found"


@pytest.mark.parametrize(
    "error", [PlatformDownError(Platform.X, "http_503"), GrantRefusedError(Platform.X, "gone")]
)
def test_given_a_platform_that_does_not_hear_when_disconnected_then_it_is_gone_all_the_same(
    client: Client, world: World, error: Exception
):
    _connected(client)
    world.platforms.known[Platform.X].error = error

    assert client.delete(f"{BASE}/x").status == 204
    assert _listed(client) == []


@pytest.mark.parametrize("platform", ["myspace", "X", "%20", "x#ask", "ask%23x"])
def test_given_no_such_platform_when_asked_then_it_is_not_found(client: Client, platform: str):
    callback = {"code": "c", "state": "s"}

    assert client.post(f"{BASE}/{platform}/connect", {}).status == 404
    assert client.post(f"{BASE}/{platform}/callback", callback).status == 404
    assert client.delete(f"{BASE}/{platform}").status == 404


def test_given_an_installation_without_an_app_when_connected_then_it_says_so(
    client: Client, world: World, monkeypatch: pytest.MonkeyPatch
):
    def none(_: object) -> str:
        raise NotConfiguredError(Platform.X, "no_client_id")

    monkeypatch.setattr(world.platforms.known[Platform.X], "address", none)

    answer = client.post(f"{BASE}/x/connect", {})

    assert (answer.status, answer.code) == (503, "social.not_configured")


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, {"/code", "/state"}),
        ({"code": "", "state": "s"}, {"/code"}),
        ({"code": "a b", "state": "s" * 2_001}, {"/code", "/state"}),
        ({"code": 1, "state": None}, {"/code", "/state"}),
        ({"code": "c", "state": "s", "token": "t"}, {"/token"}),
    ],
)
def test_given_a_bad_body_when_back_then_every_wrong_place_is_named(
    client: Client, body: dict[str, object], wrong: set[str]
):
    assert set(client.post(f"{BASE}/x/callback", body).wrong) == wrong
