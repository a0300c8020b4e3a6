"""How posts do, of one segment and of all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from functions.domain.times import to_iso, utc_now
from functions.handlers.api import analytics
from tests.builders import make_segment
from tests.fakes.world import World
from tests.unit.api.client import Client

SEGMENT = make_segment().segment_id
ONE = f"/api/segments/{SEGMENT}/analytics"
ALL = "/api/segments/analytics"
NUMBERS = {"views": 1_000, "likes": 80, "shares": 15, "comments": 5}
UNKNOWN = {
    "state": "not_yet",
    "states": {},
    "total": None,
    "known_posts": 0,
    "gained": None,
    "lost": None,
    "gained_before": None,
    "lost_before": None,
    "change": None,
    "change_rate": None,
}


@pytest.fixture(autouse=True)
def _stored(world: World) -> None:
    world.segments.create(make_segment(title="Opening"))


def _tell(client: Client, platform: str, days_ago: float = 0, **numbers: int | None) -> None:
    body = {
        "platform": platform,
        "post_id": "7",
        "metrics": numbers,
        "collected_at": to_iso(utc_now() - timedelta(days=days_ago)),
    }
    assert client.post(f"/api/segments/{SEGMENT}/social-media", body).status in {200, 201}


def _keys(value: Any) -> set[str]:
    if isinstance(value, list):
        return set().union(*map(_keys, value))
    return set(value).union(*map(_keys, value.values())) if isinstance(value, dict) else set()


@pytest.mark.parametrize("path", [ONE, ALL])
def test_given_numbers_of_two_periods_when_looked_at_then_they_are_compared(
    client: Client, path: str
):
    _tell(client, "tiktok", 10, views=400)
    _tell(client, "tiktok", **NUMBERS)

    told = client.get(path, query={"days": "7"}).json

    assert told["totals"]["views"] == {
        "state": "ok",
        "states": {"ok": 1},
        "total": 1_000,
        "known_posts": 1,
        "gained": 600,
        "lost": 0,
        "gained_before": 400,
        "lost_before": 0,
        "change": 200,
        "change_rate": 0.5,
    }
    likes = told["totals"]["likes"]
    assert (likes["gained"], likes["gained_before"], likes["change"]) == (80, None, None)
    assert (told["totals"]["posts"], told["totals"]["engagement_rate"]) == (1, 0.1)
    (platform,) = told["platforms"]
    assert platform.pop("platform") == "tiktok"
    assert platform == {name: told["totals"][name] for name in platform}


@pytest.mark.parametrize("path", [ONE, ALL])
def test_given_a_number_of_days_when_looked_at_then_both_periods_are_whole_days_up_to_today(
    client: Client, path: str
):
    told = client.get(path).json
    today = utc_now().date()

    assert told["period"] == {
        "first_day": str(today - timedelta(days=27)),
        "last_day": str(today),
        "days": 28,
    }
    assert told["previous_period"]["last_day"] == str(today - timedelta(days=28))
    assert client.get(path, query={"days": "1"}).json["period"]["first_day"] == str(today)


@pytest.mark.parametrize("path", [ONE, ALL])
def test_given_nothing_known_when_looked_at_then_it_is_null_and_not_zero(client: Client, path: str):
    told = client.get(path).json

    for name in NUMBERS:
        assert told["totals"][name] == UNKNOWN
    assert told["totals"]["engagement_rate"] is None
    assert (told["totals"]["last_synced"], told["platforms"]) == (None, [])


@pytest.mark.parametrize("path", [ONE, ALL])
def test_given_youtube_when_looked_at_then_it_is_listed_with_no_rate_and_is_in_no_total(
    client: Client, path: str
):
    _tell(client, "youtube", **NUMBERS)
    _tell(client, "x", views=500, likes=1, shares=0, comments=0)

    told = client.get(path).json

    assert told["apart"] == ["youtube"]
    platforms = {row["platform"]: row for row in told["platforms"]}
    assert platforms["youtube"]["views"]["total"] == 1_000
    assert platforms["youtube"]["engagement_rate"] is None
    assert platforms["x"]["engagement_rate"] == told["totals"]["engagement_rate"] == 0.002
    assert (told["totals"]["views"]["total"], told["totals"]["posts"]) == (500, 1)


def test_given_youtube_when_its_segment_is_looked_at_then_its_post_has_no_rate_either(
    client: Client,
):
    _tell(client, "youtube", **NUMBERS)
    _tell(client, "x", **NUMBERS)

    rates = {row["platform"]: row["engagement_rate"] for row in client.get(ONE).json["posts"]}

    assert rates == {"youtube": None, "x": 0.1}


@pytest.mark.parametrize("path", [ONE, ALL])
def test_given_the_setting_when_looked_at_then_youtube_is_put_together_with_the_others(
    client: Client, path: str, monkeypatch: pytest.MonkeyPatch
):
    _tell(client, "youtube", **NUMBERS)
    settings = replace(analytics.settings, youtube_combined=True)
    monkeypatch.setattr(analytics, "settings", settings)

    told = client.get(path).json

    assert (told["apart"], told["totals"]["views"]["total"]) == ([], 1_000)
    assert told["platforms"][0]["engagement_rate"] == told["totals"]["engagement_rate"] == 0.1


def test_given_a_segment_when_looked_at_then_each_number_of_each_post_says_how_fresh_it_is(
    client: Client,
):
    _tell(client, "tiktok", 3, views=1, likes=1)
    _tell(client, "tiktok", 1, views=2)

    told = client.get(ONE).json
    (post,) = told["posts"]

    assert told["segment_id"] == SEGMENT
    assert post["as_of"]["views"] == post["last_synced"] == told["platforms"][0]["last_synced"]
    assert post["as_of"]["likes"] < post["as_of"]["views"]
    assert post["states"]["comments"] == "not_yet"


@pytest.mark.parametrize("path", [ONE, ALL])
def test_given_an_answer_when_read_then_all_its_numbers_are_defined_in_it(
    client: Client, path: str
):
    _tell(client, "tiktok", **NUMBERS)

    told = client.get(path).json
    definitions = told["definitions"]

    assert "(likes + shares + comments) / views" in definitions["engagement_rate"]
    assert set(definitions) - {"null"} <= _keys(told)
    assert all(definitions.values())


def test_given_the_longest_period_when_asked_for_then_what_was_before_it_is_there(client: Client):
    _tell(client, "tiktok", 400, views=100)
    _tell(client, "tiktok", 1, views=150)

    views = client.get(ONE, query={"days": "365"}).json["totals"]["views"]

    assert (views["gained"], views["gained_before"]) == (50, 100)
