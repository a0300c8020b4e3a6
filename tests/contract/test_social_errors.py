"""Every error that the platforms are known to answer with, and what is made of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from functions.adapters.social.hosts import hosts_of
from functions.domain.platforms.errors import (
    AppRefusedError,
    PlatformDownError,
    PlatformError,
    QuotaExhaustedError,
    RateLimitedError,
    RequestRefusedError,
    ScopeMissingError,
    TokenRefusedError,
)
from functions.domain.platforms.readings import PostRef, PostState
from functions.domain.platforms.windows import month, pacific_day
from functions.domain.posts.post import Platform
from infra.local.simulators.social import graph_errors, tiktok, x, youtube
from tests.contract.social_lab import Lab, lab

EXPIRED, SCOPE, LIMIT = TokenRefusedError, ScopeMissingError, RateLimitedError
QUOTA, DOWN, BUG = QuotaExhaustedError, PlatformDownError, RequestRefusedError
APP = AppRefusedError

YOUTUBE = {
    "quota": QUOTA,
    "daily_limit": QUOTA,
    "rate": LIMIT,
    "rate_403": LIMIT,
    "token": EXPIRED,
    "scope": SCOPE,
    "too_many": BUG,
    "argument": BUG,
    "key": APP,
    "key_blocked": APP,
    "account_closed": EXPIRED,
    "account_suspended": EXPIRED,
    "delegation": EXPIRED,
    "forbidden": SCOPE,
    "processing": DOWN,
    "unknown_part": BUG,
    "missing_parameter": BUG,
    "incompatible": BUG,
    "unexpected": BUG,
    "backend": DOWN,
}
X = {
    "rate": LIMIT,
    "rate_88": LIMIT,
    "rate_problem": LIMIT,
    "usage_cap": QUOTA,
    "credits": QUOTA,
    "token": EXPIRED,
    "auth_type": SCOPE,
    "forbidden": SCOPE,
    "client_forbidden": APP,
    "argument": BUG,
    "unavailable": DOWN,
}
TIKTOK = {
    "token": EXPIRED,
    "token_200": EXPIRED,
    "scope": SCOPE,
    "scope_missed": SCOPE,
    "argument": BUG,
    "rate": LIMIT,
    "rate_200": LIMIT,
    "internal": DOWN,
    "internal_200": DOWN,
}
# Of a batch as a whole.
META = {
    "token": EXPIRED,
    "token_401": EXPIRED,
    "app_removed": EXPIRED,
    "checkpoint": EXPIRED,
    "password": EXPIRED,
    "unconfirmed": EXPIRED,
    "logged_out": EXPIRED,
    "session": EXPIRED,
    "igapi": EXPIRED,
    "unknown": DOWN,
    "service": DOWN,
    "transient": DOWN,
    "app_limit": LIMIT,
    "user_limit": LIMIT,
    "page_limit": LIMIT,
    "custom_limit": LIMIT,
    "page_use_case": LIMIT,
    "instagram_use_case": LIMIT,
    "app_cap": LIMIT,
    "blocked": LIMIT,
    "permission": SCOPE,
    "permission_200": SCOPE,
    "permission_299": SCOPE,
    "argument": BUG,
}
# Of one request within it: these are the post's own.
OF_A_POST = {"alias", "missing", "viewers", "conversion", "permission", "argument"}
EXPECTED: dict[Platform, dict[str, type[PlatformError]]] = {
    Platform.YOUTUBE: YOUTUBE,
    Platform.X: X,
    Platform.TIKTOK: TIKTOK,
    Platform.FACEBOOK: META,
    Platform.INSTAGRAM: META,
}
CASES = [(platform, name) for platform, told in EXPECTED.items() for name in told]
each_error = pytest.mark.parametrize(("platform", "name"), CASES)


@pytest.fixture
def world() -> Iterator[Lab]:
    with lab() as made:
        yield made


def _id(platform: Platform) -> str:
    return "1000_5" if platform is Platform.FACEBOOK else "5"


def _met(world: Lab, platform: Platform, *names: str) -> Any:
    world.put(platform, _id(platform))
    world.trouble(platform, *names)
    with pytest.raises(PlatformError) as met:
        world.read(platform, _id(platform))
    return met.value


def test_given_the_errors_that_are_simulated_when_looked_through_then_none_is_left_out():
    assert YOUTUBE.keys() == youtube.ERRORS.keys()
    assert X.keys() == x.ERRORS.keys()
    assert TIKTOK.keys() == tiktok.ERRORS.keys()
    assert META.keys() | OF_A_POST == graph_errors.ERRORS.keys()


@each_error
def test_given_an_error_when_read_then_it_is_of_its_kind_and_repeated_only_where_that_helps(
    world: Lab, platform: Platform, name: str
):
    kind = EXPECTED[platform][name]
    times = 3 if kind is DOWN else 1

    error = _met(world, platform, *[name] * times)

    assert type(error) is kind
    assert error.platform is platform
    assert error.calls == len(world.calls(platform)) == times


@each_error
def test_given_an_error_when_it_is_told_then_nothing_of_theirs_is_in_it_but_a_short_code(
    world: Lab, platform: Platform, name: str
):
    error = _met(world, platform, *[name] * 3)

    assert error.code.startswith("social.")
    assert len(error.reason) <= 60
    assert "http" not in error.detail.replace("http_", "")
    assert "EAA" not in error.detail


@pytest.mark.parametrize("name", ["quota", "daily_limit"])
def test_given_a_day_that_is_used_up_when_read_then_it_is_over_at_midnight_in_california(
    world: Lab, name: str
):
    error = _met(world, Platform.YOUTUBE, name)

    assert error.until == pacific_day(world.now()).ends


def test_given_a_month_that_is_used_up_when_read_then_it_is_over_with_it(world: Lab):
    assert _met(world, Platform.X, "usage_cap").until == month(world.now()).ends


def test_given_no_credit_when_read_then_nobody_knows_until_when(world: Lab):
    assert _met(world, Platform.X, "credits").until is None


def test_given_a_window_of_x_that_is_full_when_read_then_its_header_tells_the_end(world: Lab):
    world.world.limits["x.calls"] = 1
    tokens = world.tokens(Platform.X)
    adapter = world.numbers(Platform.X)
    adapter.read(tokens, [PostRef(post_id="1")])

    with pytest.raises(RateLimitedError) as met:
        adapter.read(tokens, [PostRef(post_id="1")])

    wait = met.value.retry_at - world.now()
    assert timedelta(0) < wait <= timedelta(seconds=900)
    assert met.value.retry_at.timestamp() % 900 == 0


@pytest.mark.parametrize("platform", [Platform.TIKTOK, Platform.YOUTUBE])
def test_given_a_limit_that_tells_no_end_when_read_then_a_minute_is_waited(
    world: Lab, platform: Platform
):
    wait = _met(world, platform, "rate").retry_at - world.now()

    assert timedelta(seconds=55) < wait <= timedelta(seconds=60)


def test_given_a_limit_of_tiktok_that_is_reached_when_a_minute_has_passed_then_it_goes_on(
    world: Lab,
):
    world.world.limits["tiktok.calls"] = 2
    world.put(Platform.TIKTOK, "5")
    for _ in range(2):
        world.read(Platform.TIKTOK, "5")

    with pytest.raises(RateLimitedError) as met:
        world.read(Platform.TIKTOK, "5")
    world.world.advance((met.value.retry_at - world.now()).total_seconds())

    assert world.read(Platform.TIKTOK, "5").readings[0].state is PostState.READ


def test_given_a_day_of_youtube_that_is_spent_when_midnight_comes_then_it_goes_on(world: Lab):
    world.world.limits["youtube.units"] = 3
    world.put(Platform.YOUTUBE, "5")
    for _ in range(3):
        world.read(Platform.YOUTUBE, "5")

    with pytest.raises(QuotaExhaustedError) as met:
        world.read(Platform.YOUTUBE, "5")
    assert met.value.until is not None
    world.world.advance((met.value.until - world.now()).total_seconds() + 1)

    assert world.read(Platform.YOUTUBE, "5").readings[0].state is PostState.READ


@pytest.mark.parametrize(
    ("platform", "name", "final"),
    [
        (Platform.YOUTUBE, "token", False),
        (Platform.YOUTUBE, "account_closed", True),
        (Platform.X, "token", False),
        (Platform.FACEBOOK, "token", False),
        (Platform.FACEBOOK, "app_removed", True),
        (Platform.INSTAGRAM, "password", True),
        (Platform.INSTAGRAM, "logged_out", True),
    ],
)
def test_given_a_token_that_is_refused_when_read_then_it_is_known_whether_a_new_one_helps(
    world: Lab, platform: Platform, name: str, final: bool
):
    assert _met(world, platform, name).final is final


@pytest.mark.parametrize("platform", [Platform.FACEBOOK, Platform.INSTAGRAM])
@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("missing", PostState.MISSING),
        ("alias", PostState.MISSING),
        ("permission", PostState.FORBIDDEN),
    ],
)
def test_given_an_error_of_one_post_when_read_then_the_others_are_read(
    world: Lab, platform: Platform, name: str, state: PostState
):
    prefix = "1000_" if platform is Platform.FACEBOOK else ""
    for number in (5, 6):
        world.put(platform, f"{prefix}{number}")
    world.trouble(platform, f"first_{name}")

    found = world.read(platform, f"{prefix}5", f"{prefix}6")

    assert [one.state for one in found.readings] == [state, PostState.READ]


@pytest.mark.parametrize("platform", [Platform.FACEBOOK, Platform.INSTAGRAM])
@pytest.mark.parametrize("name", [name for name, kind in META.items() if kind in {EXPIRED, LIMIT}])
def test_given_an_error_of_all_posts_in_a_batch_when_read_then_it_is_the_batchs(
    world: Lab, platform: Platform, name: str
):
    error = _met(world, platform, f"every_{name}")

    assert type(error) is META[name]


@pytest.mark.parametrize(
    ("platform", "path", "sent"),
    [
        (Platform.X, "/2/tweets", {"params": {"ids": ",".join(map(str, range(1, 102)))}}),
        (Platform.X, "/2/tweets", {"params": {"ids": "1,abc"}}),
        (
            Platform.TIKTOK,
            "/v2/video/query/?fields=id",
            {"json": {"filters": {"video_ids": [str(number) for number in range(21)]}}},
        ),
        (Platform.TIKTOK, "/v2/video/query/", {"json": {"filters": {"video_ids": ["1"]}}}),
        (
            Platform.FACEBOOK,
            "/v26.0/",
            {"data": {"batch": json.dumps([{"relative_url": "1"}] * 51)}},
        ),
    ],
)
def test_given_more_than_a_call_takes_or_what_is_no_id_when_sent_then_it_is_refused(
    world: Lab, platform: Platform, path: str, sent: dict[str, Any]
):
    headers = {"Authorization": f"Bearer {world.tokens(platform).access}"}
    method = "GET" if platform is Platform.X else "POST"
    address = f"{world.running.endpoint}/{platform.value}{path}"

    with httpx.Client(trust_env=False) as client:
        answer = client.request(method, address, headers=headers, **sent)

    assert answer.status_code == 400


def test_given_the_old_way_to_read_many_when_tried_then_it_is_refused(world: Lab):
    with httpx.Client(trust_env=False) as client:
        answer = client.get(f"{world.running.endpoint}/facebook/", params={"ids": "1,2"})

    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == 100


def test_given_the_real_platforms_when_looked_up_then_all_are_reached_by_https():
    for platform in Platform:
        hosts = hosts_of(platform)
        assert all(one.startswith("https://") for one in (hosts.api, hosts.tokens, hosts.pages))
