"""Analytics: whose they are, what they are asked for, and what is best and worst."""

from __future__ import annotations

from datetime import timedelta

import pytest

from functions.domain.times import to_iso, utc_now
from tests.builders import make_segment
from tests.fakes.clock import EPOCH
from tests.fakes.world import World
from tests.unit.api.client import Client

SEGMENT = make_segment().segment_id
ONE = f"/api/segments/{SEGMENT}/analytics"
ALL = "/api/segments/analytics"
NUMBERS = {"views": 1_000, "likes": 80, "shares": 15, "comments": 5}


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


def test_given_segments_when_looked_across_then_they_are_counted_and_ranked(
    client: Client, world: World
):
    world.segments.create(make_segment(segment_number=2, views=5))
    world.segments.create(make_segment(segment_number=3))
    _tell(client, "tiktok", **NUMBERS)

    told = client.get(ALL, query={"top": "1"}).json

    assert told["segments"] == {
        "total": 3,
        "by_type": {"processed": 3, "original": 0, "thumbnail": 0, "audio": 0},
        "file_size": 2_100,
    }
    assert told["best"] == [
        {
            "segment_id": SEGMENT,
            "video_id": make_segment().video_id,
            "title": "Opening",
            "views": 1_000,
            "engagement_rate": 0.1,
        }
    ]
    assert [card["views"] for card in told["worst"]] == [5]
    by_rate = client.get(ALL, query={"metric": "engagement_rate"}).json
    assert (by_rate["ranked_by"], len(by_rate["best"])) == ("engagement_rate", 1)


def test_given_the_address_across_segments_when_asked_then_no_segment_is_looked_for(
    client: Client, world: World
):
    """A segment could never be named so, but a route with a parameter would take the word."""
    world.segments.create(make_segment(segment_id="analytics"))

    assert "ranked_by" in client.get(ALL).json
    assert client.stranger.get(ALL).json["segments"]["total"] == 0


@pytest.mark.parametrize(
    ("path", "query", "pointer"),
    [
        *((path, {"days": days}, "/days") for path in (ONE, ALL) for days in ("0", "366", "-1")),
        *((path, {"days": days}, "/days") for path in (ONE, ALL) for days in ("x", "1.5", "nan")),
        (ALL, {"top": "0"}, "/top"),
        (ALL, {"top": "21"}, "/top"),
        (ALL, {"metric": "likes"}, "/metric"),
        (ONE, {"metric": "views"}, "/metric"),
        (ALL, {"day": "7"}, "/day"),
    ],
)
def test_given_a_wrong_parameter_when_asked_then_it_is_named(
    client: Client, path: str, query: dict[str, str], pointer: str
):
    assert client.get(path, query=query).wrong.keys() == {pointer}


def test_given_another_user_s_segment_when_asked_for_then_it_is_told_as_an_absent_one_is(
    client: Client,
):
    foreign = client.stranger.get(ONE)

    assert (foreign.status, foreign.code) == (404, "segment.not_found")
    assert foreign.text == client.stranger.get("/api/segments/none/analytics").text


def test_given_a_deleted_segment_when_asked_for_then_there_is_none(client: Client, world: World):
    world.segments.delete(make_segment(), EPOCH)

    assert client.get(ONE).code == "segment.not_found"
