"""What is no post, or no number: refused, and nothing is written."""

from __future__ import annotations

import pytest

from tests.builders import make_segment
from tests.fakes.clock import EPOCH
from tests.fakes.world import World
from tests.unit.api.client import Client

SEGMENT = make_segment().segment_id
PATH = f"/api/segments/{SEGMENT}/social-media"
POST = {"platform": "tiktok", "post_id": "7"}
NUMBERS = {"views": 1_000, "likes": 80, "shares": 15, "comments": 5}


@pytest.fixture(autouse=True)
def _stored(world: World) -> None:
    world.segments.create(make_segment())


def _metrics(value: object) -> dict[str, object]:
    return {"metrics": {"likes": value}}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"platform": "myspace"}, "/platform"),
        ({"platform": "TikTok"}, "/platform"),
        ({"platform": None}, "/platform"),
        ({"post_id": 7}, "/post_id"),
        ({"post_id": ""}, "/post_id"),
        ({"post_id": "a#b"}, "/post_id"),
        ({"post_id": "7\n"}, "/post_id"),
        ({"post_id": "../../x"}, "/post_id"),
        ({"post_id": "é"}, "/post_id"),
        ({"post_id": "7" * 129}, "/post_id"),
        ({"post_id": None}, "/post_id"),
        ({"post_url": "https://youtu.be/dQw4w9WgXcQ"}, "/post_url"),
        ({"post_url": "http://www.tiktok.com/@ada/video/7"}, "/post_url"),
        ({"post_url": "https://ada:pw@www.tiktok.com/@ada/video/7"}, "/post_url"),
        ({"post_url": "https://www.tiktok.com/" + "a" * 1_000}, "/post_url"),
        ({"post_url": "https://www.tiktok.com/\x00"}, "/post_url"),
        ({"post_url": 7}, "/post_url"),
        ({"post_id": None, "post_url": "https://vm.tiktok.com/ZM1/"}, "/post_url"),
        *((_metrics(value), "/metrics/likes") for value in (-1, 10**15 + 1, 10**400, 1.5)),
        *((_metrics(value), "/metrics/likes") for value in (True, "7", [], float("nan"))),
        *((_metrics(value), "/metrics/likes") for value in (float("inf"), float("-inf"), {})),
        ({"metrics": {"plays": 1}}, "/metrics/plays"),
        ({"metrics": None}, "/metrics"),
        ({"metrics": [1]}, "/metrics"),
        *(({"posted_at": value}, "/posted_at") for value in (0, "0", "soon", "2026-02-01", True)),
        *(({"posted_at": value}, "/posted_at") for value in ("2026-02-01T12:00:00", 1.5, "")),
        *(({"posted_at": value}, "/posted_at") for value in ("0001-01-01T00:00:00+14:00",)),
        ({"posted_at": "9999-12-31T23:59:59-14:00"}, "/posted_at"),
        ({"collected_at": "1700000000"}, "/collected_at"),
        ({"collected_at": "2999-01-01T00:00:00Z"}, "/collected_at"),
        ({"views": 7}, "/views"),
    ],
)
def test_given_a_wrong_value_when_linked_then_its_place_is_named_and_nothing_is_written(
    client: Client, world: World, body: dict[str, object], pointer: str
):
    answer = client.post(PATH, {**POST, **body})

    assert answer.code == "request.invalid"
    assert answer.wrong.keys() == {pointer}
    assert world.segments.all() == [make_segment()]


def test_given_a_short_link_alone_when_refused_then_it_says_to_give_the_id(client: Client):
    answer = client.post(PATH, {"platform": "facebook", "post_url": "https://fb.watch/abc/"})

    assert answer.wrong == {"/post_url": "no_post_id"}
    assert "give post_id" in answer.json["errors"][0]["detail"]


def test_given_an_old_version_when_linked_then_it_is_refused_and_nothing_is_written(
    client: Client, world: World
):
    client.post(PATH, {**POST, "metrics": NUMBERS})
    before = world.segments.all()

    answer = client.post(PATH, {**POST, "metrics": {"views": 9_999}}, headers={"If-Match": '"1"'})

    assert (answer.status, answer.code) == (412, "precondition.failed")
    assert world.segments.all() == before


def test_given_twenty_posts_when_another_is_linked_then_it_is_one_too_many(client: Client):
    for number in range(20):
        assert client.post(PATH, {**POST, "post_id": str(number)}).status == 201

    answer = client.post(PATH, {**POST, "post_id": "20"})

    assert (answer.status, answer.code) == (409, "segment.too_many_posts")
    assert client.post(PATH, {**POST, "metrics": NUMBERS}).status == 200


def test_given_another_user_s_segment_when_linked_then_it_is_told_as_an_absent_one_is(
    client: Client, world: World
):
    foreign = client.stranger.post(PATH, POST)
    absent = client.stranger.post("/api/segments/none/social-media", POST)

    assert (foreign.status, foreign.code) == (404, "segment.not_found")
    assert foreign.text == absent.text
    assert world.segments.all() == [make_segment()]


def test_given_a_deleted_segment_when_linked_then_there_is_none(client: Client, world: World):
    world.segments.delete(make_segment(), EPOCH)

    answer = client.post(PATH, POST)

    assert (answer.status, answer.code) == (404, "segment.not_found")
