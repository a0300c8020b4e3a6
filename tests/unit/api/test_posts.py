"""A user's posts, the best first, and when posts do best."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from functions.domain.posts.post import Platform, Post, new_post
from functions.domain.segments.segment import Segment
from functions.domain.times import utc_now
from functions.handlers.api import posts as handler
from tests.builders import STRANGER, VIDEO, make_segment, make_video
from tests.fakes.world import World
from tests.unit.api.client import Client

POSTS = "/api/social/posts"
TIMES = "/api/social/best-times"
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NOW = utc_now()


def _post(name: str, ago: float = 5, platform: Platform = Platform.TIKTOK, **told: int) -> Post:
    post = replace(new_post(platform, name, NOW), posted_at=NOW - ago * DAY)
    return post.told(told, NOW)


def _keep(world: World, *posts: Post, number: int = 1, **more: Any) -> Segment:
    segment = make_segment(segment_number=number, **more)
    world.segments.create(segment)
    return world.segments.save(segment, replace(segment, social_media_usage=posts))


def _names(client: Client, **query: str) -> list[str]:
    return [row["post"]["post_id"] for row in client.get(POSTS, query=query).json["items"]]


def test_given_posts_of_several_segments_when_listed_then_the_best_come_first(
    client: Client, world: World
):
    _keep(world, _post("a", views=5), _post("b", views=50, likes=5, shares=0, comments=0))
    other = _keep(world, _post("c", 40, Platform.X, views=9), number=2)
    _keep(world, _post("theirs", views=999), number=3, user_id=STRANGER)

    assert _names(client) == ["b", "c", "a"]
    assert _names(client, sort_order="asc") == ["a", "c", "b"]
    assert _names(client, sort_by="engagement_rate") == ["b"]
    assert _names(client, sort_by="posted_at", platform="x") == ["c"]
    assert _names(client, days="30") == ["b", "a"]
    day = str((NOW - 40 * DAY).date())
    assert _names(client, **{"from": day, "to": day}) == ["c"]
    found = client.get(POSTS, query={"platform": "x"}).json
    assert found["items"][0]["segment_id"] == other.segment_id
    assert found["definitions"]["ranking"]


def test_given_a_video_or_a_segment_when_its_posts_are_listed_then_they_are_its_own(
    client: Client, world: World
):
    world.videos.create(make_video())
    one = _keep(world, _post("a", views=5))
    _keep(world, _post("b", views=9), number=2)
    _keep(world, _post("c", views=7), number=3, video_id="another")

    assert _names(client, segment_id=one.segment_id) == ["a"]
    assert _names(client, video_id=one.video_id) == ["b", "a"]
    told = client.get(TIMES, query={"video_id": one.video_id, "metric": "views"}).json
    assert told["left_out"] == {"few_on_platform": 2}
    for path in (POSTS, TIMES):
        assert client.stranger.get(path, query={"video_id": VIDEO}).code == "video.not_found"
    foreign = client.stranger.get(POSTS, query={"segment_id": one.segment_id})
    assert foreign.code == "segment.not_found"


def test_given_pages_when_walked_by_their_links_then_each_post_comes_once(
    client: Client, world: World
):
    _keep(world, *(_post(str(at), views=at) for at in range(7)))

    pages = list(_walk(client, {"limit": "3", "days": "30"}))

    names = [row["post"]["post_id"] for page in pages for row in page["items"]]
    assert names == ["6", "5", "4", "3", "2", "1", "0"]
    assert [len(page["items"]) for page in pages] == [3, 3, 1]


def _walk(client: Client, query: dict[str, str]) -> Iterator[Any]:
    while True:
        answer = client.get(POSTS, query=query)
        yield answer.json
        if "link" not in answer.headers:
            assert answer.json["next_cursor"] is None
            return
        address, _, relation = answer.headers["link"].partition(">; ")
        assert relation == 'rel="next"'
        query = {name: value for name, (value,) in parse_qs(urlsplit(address[1:]).query).items()}
        assert query["cursor"] == answer.json["next_cursor"]


def test_given_a_cursor_when_used_for_another_list_or_by_another_then_it_is_refused(
    client: Client, world: World
):
    _keep(world, _post("a", views=1), _post("b", views=2))
    cursor = client.get(POSTS, query={"limit": "1"}).json["next_cursor"]

    for who, query in ((client, {"platform": "x"}), (client, {"days": "7"}), (client.stranger, {})):
        assert who.get(POSTS, query={**query, "cursor": cursor}).code == "request.invalid_cursor"
    segments = client.get("/api/segments", query={"cursor": cursor})
    assert segments.code == "request.invalid_cursor"


def test_given_youtube_when_posts_are_ranked_then_with_no_others_and_by_no_rate_of_ours(
    client: Client, world: World, monkeypatch: pytest.MonkeyPatch
):
    full = {"views": 10, "likes": 1, "comments": 1}
    _keep(world, _post("y", platform=Platform.YOUTUBE, **full), _post("t", views=5))

    assert _names(client) == ["t"]
    assert client.get(POSTS).json["apart"] == ["youtube"]
    assert _names(client, platform="youtube") == ["y"]
    assert _names(client, platform="youtube", sort_by="engagement_rate") == []
    assert _names(client, sort_by="posted_at") == ["y", "t"]
    combined = replace(handler.settings, youtube_combined=True)
    monkeypatch.setattr(handler, "settings", combined)
    assert _names(client) == ["y", "t"]


def test_given_posts_when_had_as_a_table_then_the_unknown_is_empty_and_no_cell_is_a_formula(
    client: Client, world: World
):
    strange = replace(_post("-dQw4w9", views=0), post_url="https://www.tiktok.com/@a/video/1?a=1,2")
    _keep(world, strange, _post("b", views=9))

    answer = client.get(POSTS, query={"format": "csv", "limit": "1"})
    rest = client.get(POSTS, query={"format": "csv"})

    assert 'rel="next"' in answer.headers["link"]
    assert 'rel="describedby"' in answer.headers["link"]
    assert answer.text.count("\r\n") == 2
    rows = list(csv.DictReader(io.StringIO(rest.text, newline="")))
    assert [row["views"] for row in rows] == ["9", "0"]
    assert (rows[1]["post_id"], rows[1]["post_url"]) == ("'-dQw4w9", strange.post_url)
    assert (rows[1]["likes"], rows[1]["likes_state"]) == ("", "not_yet")


def _weeks(world: World) -> None:
    """Posts at noon of 8 days ago and of weeks before, and better ones six hours later."""
    noon = (NOW - 8 * DAY).replace(hour=12, minute=0)
    usual = [
        replace(_post(f"u{at}", views=100), posted_at=noon - at % 4 * 7 * DAY) for at in range(18)
    ]
    good = [
        replace(_post(f"g{at}", views=300), posted_at=noon + 6 * HOUR - at * 7 * DAY)
        for at in range(4)
    ]
    for number in range(2):
        _keep(world, *[*usual, *good][number::2], number=number)


def test_given_posts_of_some_weeks_when_asked_for_the_best_time_then_it_is_where_the_user_is(
    client: Client, world: World
):
    _weeks(world)
    asked = {"metric": "views", "time_zone": "Asia/Tokyo"}

    told = client.get(TIMES, query=asked).json
    utc = client.get(TIMES, query={"metric": "views"}).json

    (best,) = told["best"]
    assert (best["hour"], best["posts"], best["index"]) == (3, 4, 3.0)
    assert best["weekday"] == ((NOW - 8 * DAY) + DAY).isoweekday()
    assert (utc["best"][0]["hour"], utc["time_zone"]) == (18, "UTC")
    assert (told["enough"], told["whole"], told["posts"]) == (True, True, 22)
    assert told["definitions"]["index"]


def test_given_too_few_posts_when_asked_for_the_best_time_then_it_is_unknown_and_says_why(
    client: Client, world: World
):
    _keep(world, _post("a", views=1), _post("young", 1, views=1), _post("untold"))

    told = client.get(TIMES, query={"metric": "views"}).json

    assert (told["enough"], told["posts"], told["best"], told["slots"]) == (False, 0, [], [])
    assert told["left_out"] == {"few_on_platform": 1, "too_young": 1, "number_unknown": 1}


@pytest.mark.parametrize(
    "zone",
    ["", "Europe", "europe/berlin", "../../etc/passwd", "/etc/localtime", "+02:00", "a" * 65],
)
def test_given_what_is_no_time_zone_when_asked_for_the_best_time_then_it_is_named(
    client: Client, zone: str
):
    assert client.get(TIMES, query={"time_zone": zone}).wrong.keys() == {"/time_zone"}


@pytest.mark.parametrize(
    ("path", "query", "pointer"),
    [
        (POSTS, {"limit": "501"}, "/limit"),
        (POSTS, {"limit": "0"}, "/limit"),
        (POSTS, {"sort_by": "likes"}, "/sort_by"),
        (POSTS, {"from": "2020-01-01", "to": "2020-01-02"}, "/from"),
        (POSTS, {"cursor": "x"}, "/cursor"),
        (TIMES, {"days": "0"}, "/days"),
        (TIMES, {"metric": "likes"}, "/metric"),
        (TIMES, {"timezone": "UTC"}, "/timezone"),
    ],
)
def test_given_a_wrong_parameter_when_asked_then_it_is_named(
    client: Client, path: str, query: dict[str, str], pointer: str
):
    answer = client.get(path, query=query)

    assert answer.status == 422
    assert [row["pointer"] for row in answer.json["errors"]] == [pointer]
