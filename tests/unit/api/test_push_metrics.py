"""Numbers that are pushed in, as a client sends them."""

from __future__ import annotations

from typing import Any

import pytest

from functions.domain.times import to_iso, utc_now
from tests.builders import make_segment
from tests.fakes.idempotency import FakeIdempotencyLayer
from tests.fakes.world import World
from tests.unit.api.client import Client

SEGMENT = make_segment().segment_id
PATH = "/api/social/metrics"


@pytest.fixture(autouse=True)
def _linked(world: World, client: Client) -> None:
    world.segments.create(make_segment())
    body = {"platform": "x", "post_id": "7"}
    assert client.post(f"/api/segments/{SEGMENT}/social-media", body).status == 201


def _item(**changes: Any) -> dict[str, Any]:
    good = {
        "segment_id": SEGMENT,
        "platform": "x",
        "post_id": "7",
        "metrics": {"views": 10},
        "collected_at": to_iso(utc_now()),
        "source": "our-dashboard",
    }
    item = {**good, **changes}
    return {name: value for name, value in item.items() if value is not ...}


def _pushed(client: Client, *items: Any) -> Any:
    answer = client.post(PATH, {"items": list(items)})
    assert answer.status == 200, answer.text
    return answer.json


def test_given_numbers_when_pushed_then_the_post_has_them_with_their_source(client: Client):
    told = _pushed(client, _item(metrics={"views": 10, "likes": 3.0}))

    assert (told["succeeded"], told["failed"]) == (1, 0)
    assert told["results"][0]["numbers"] == {"views": "kept", "likes": "kept"}
    (post,) = client.get(f"/api/segments/{SEGMENT}").json["social_media_usage"]
    assert (post["views"], post["likes"], post["comments"]) == (10, 3, None)
    assert post["sources"]["views"] == "our-dashboard"
    assert post["sources"]["comments"] is None


@pytest.mark.parametrize(
    ("item", "wrong"),
    [
        ({}, {"segment_id", "platform", "post_id", "metrics", "collected_at", "source"}),
        (_item(segment_id="../x"), {"segment_id"}),
        (_item(platform="myspace"), {"platform"}),
        (_item(post_id="a b"), {"post_id"}),
        (_item(metrics={}), {"metrics"}),
        (_item(metrics=[1]), {"metrics"}),
        (_item(metrics={str(at): at for at in range(11)}), {"metrics"}),
        (_item(metrics={"views": -1, "saves": 3}), {"metrics/views", "metrics/saves"}),
        (_item(collected_at="yesterday"), {"collected_at"}),
        (_item(collected_at=1_700_000_000), {"collected_at"}),
        (_item(collected_at="2999-01-01T00:00:00Z"), {"collected_at"}),
        (_item(source=""), {"source"}),
        (_item(source="=cmd"), {"source"}),
        (_item(source="x" * 51), {"source"}),
        (_item(colour="red"), {"colour"}),
        (_item(source=..., platform=None), {"source", "platform"}),
    ],
)
def test_given_an_item_that_is_wrong_when_pushed_with_a_good_one_then_it_is_refused_alone(
    client: Client, item: dict[str, Any], wrong: set[str]
):
    told = _pushed(client, item, _item(metrics={"views": 10}))

    assert (told["succeeded"], told["failed"]) == (1, 1)
    bad, good = told["results"]
    assert (bad["status"], bad["error"]["code"]) == (422, "request.invalid")
    pointers = {row["pointer"] for row in bad["error"]["errors"]}
    assert pointers == {f"/items/0/{one}" for one in wrong}
    assert good["numbers"] == {"views": "kept"}


@pytest.mark.parametrize("value", [-1, 1.5, "7", True, None, 10**16, 1e300, [1], {}, "NaN"])
def test_given_one_number_that_is_wrong_when_pushed_then_the_others_of_its_item_are_kept(
    client: Client, value: object
):
    told = _pushed(client, _item(metrics={"views": value, "likes": 4}))

    (result,) = told["results"]
    assert (result["status"], result["numbers"]) == (200, {"likes": "kept"})
    assert [row["pointer"] for row in result["refused"]] == ["/items/0/metrics/views"]


def test_given_names_that_cannot_be_written_when_pushed_then_they_are_refused_alone(
    client: Client,
):
    told = _pushed(
        client,
        _item(metrics={"\ud800": 1, "views": 2, "a/b~c": 3}),
        _item(**{"\udfff": 1}),
        {str(at): at for at in range(1_000)},
    )

    assert told["results"][0]["numbers"] == {"views": "kept"}
    pointers = {row["pointer"] for row in told["results"][0]["refused"]}
    assert pointers == {"/items/0/metrics/?", "/items/0/metrics/a~1b~0c"}
    assert told["results"][1]["status"] == 422
    assert len(told["results"][2]["error"]["errors"]) == 100


def test_given_another_user_s_post_when_pushed_to_then_it_is_told_as_an_absent_one_is(
    client: Client,
):
    foreign = client.stranger.post(PATH, {"items": [_item()]})
    absent = client.stranger.post(PATH, {"items": [_item(segment_id="none")]})

    assert foreign.json["results"][0]["error"]["code"] == "segment.not_found"
    assert foreign.text == absent.text


def test_given_a_post_that_is_not_linked_when_pushed_to_then_it_says_what_to_do(client: Client):
    (result,) = _pushed(client, _item(post_id="8"))["results"]

    assert (result["status"], result["error"]["code"]) == (404, "post.not_found")
    assert "link it first" in result["error"]["detail"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/items"),
        ({"items": []}, "/items"),
        ({"items": {}}, "/items"),
        ({"items": [_item()] * 101}, "/items"),
        ({"items": [7]}, "/items/0"),
        ({"items": [_item(), None]}, "/items/1"),
        ({"items": [_item()], "more": 1}, "/more"),
    ],
)
def test_given_a_body_that_is_no_list_of_items_when_pushed_then_all_of_it_is_refused(
    client: Client, body: object, pointer: str
):
    assert client.post(PATH, body).wrong.keys() == {pointer}


def test_given_a_key_when_a_push_is_repeated_then_it_has_the_first_answer(
    client: Client, kept: FakeIdempotencyLayer
):
    body = {"items": [_item()]}

    first, again = (client.post(PATH, body, headers={"idempotency-key": "one"}) for _ in range(2))

    assert first.text == again.text
    assert first.json["results"][0]["numbers"] == {"views": "kept"}
