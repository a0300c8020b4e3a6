"""Linking posts, and recording numbers of them."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from functions.domain.posts.post import Platform
from functions.domain.times import to_iso, utc_now
from tests.builders import make_segment
from tests.fakes.world import World
from tests.unit.api.client import Answer, Client

SEGMENT = make_segment().segment_id
PATH = f"/api/segments/{SEGMENT}/social-media"
POST = {"platform": "tiktok", "post_id": "7"}
NUMBERS = {"views": 1_000, "likes": 80, "shares": 15, "comments": 5}
TIME = "2026-02-01T12:00:00+02:00"


@pytest.fixture(autouse=True)
def _stored(world: World) -> None:
    world.segments.create(make_segment())


def _posts(answer: Answer) -> list[dict[str, Any]]:
    return answer.json["social_media_usage"]


def test_given_a_new_post_when_linked_then_it_is_created_and_the_segment_sums_it_up(
    client: Client,
):
    body = {**POST, "metrics": NUMBERS, "posted_at": TIME, "collected_at": TIME}

    answer = client.post(PATH, body)

    assert (answer.status, answer.headers["etag"], answer.json["version"]) == (201, '"2"', 2)
    assert (answer.json["views"], answer.json["engagement_rate"]) == (1_000, 0.1)
    (post,) = _posts(answer)
    assert {name: post[name] for name in NUMBERS} == NUMBERS
    assert set(post["states"].values()) == {"ok"}
    assert post["posted_at"] == post["last_synced"] == "2026-02-01T10:00:00Z"
    assert client.get(f"/api/segments/{SEGMENT}").json == answer.json


def test_given_a_known_post_when_sent_again_then_it_is_updated_and_null_keeps_what_is_known(
    client: Client,
):
    client.post(PATH, {**POST, "metrics": NUMBERS})

    answer = client.post(PATH, {**POST, "metrics": {"views": 1_200, "likes": None}})

    assert (answer.status, answer.headers["etag"]) == (200, '"3"')
    (post,) = _posts(answer)
    assert (post["views"], post["likes"]) == (1_200, 80)


def test_given_no_numbers_when_linked_then_they_are_null_and_say_why(client: Client):
    (post,) = _posts(client.post(PATH, {"platform": "youtube", "post_id": "dQw4w9WgXcQ"}))

    assert (post["views"], post["engagement_rate"], post["last_synced"]) == (None, None, None)
    assert post["states"] == {
        "views": "not_yet",
        "likes": "not_yet",
        "shares": "unsupported",
        "comments": "not_yet",
    }


def test_given_no_time_of_collection_when_told_then_it_is_now(client: Client):
    before = to_iso(utc_now())

    (post,) = _posts(client.post(PATH, {**POST, "metrics": {"views": 1}}))

    assert before <= post["as_of"]["views"] <= to_iso(utc_now())
    assert post["as_of"]["likes"] is None


@pytest.mark.parametrize(
    "url", ["https://youtu.be/dQw4w9WgXcQ", "https://www.youtube.com/shorts/dQw4w9WgXcQ"]
)
def test_given_an_address_alone_when_linked_then_the_id_is_read_from_it(client: Client, url: str):
    answer = client.post(PATH, {"platform": "youtube", "post_url": url})

    assert [post["post_id"] for post in _posts(answer)] == ["dQw4w9WgXcQ"]


def test_given_the_largest_number_when_told_then_it_is_taken(client: Client):
    answer = client.post(PATH, {**POST, "metrics": dict.fromkeys(NUMBERS, 10**15)})

    assert (answer.status, answer.json["views"], answer.json["engagement_rate"]) == (201, 10**15, 3)


def test_given_the_version_that_was_read_when_linked_then_it_is_taken(client: Client):
    tag = client.get(f"/api/segments/{SEGMENT}").headers["etag"]

    assert client.post(PATH, POST, headers={"If-Match": tag}).status == 201


@pytest.mark.parametrize("platform", Platform)
def test_given_any_platform_when_a_post_is_linked_then_segments_can_be_found_by_it(
    client: Client, platform: Platform
):
    client.post(PATH, {"platform": platform, "post_id": "7"})

    found = client.get("/api/segments", query={"platform": platform})

    assert [item["segment_id"] for item in found.json["items"]] == [SEGMENT]


def test_given_the_document_when_read_then_both_answers_and_an_example_are_in_it(client: Client):
    document = client.get("/openapi.json").json
    operation = document["paths"]["/api/segments/{segment_id}/social-media"]["post"]
    (example,) = document["components"]["schemas"]["LinkPost"]["examples"]
    example["posted_at"] = example["collected_at"] = to_iso(utc_now() - timedelta(days=1))

    assert operation["operationId"] == "linkPost"
    for status in ("200", "201"):
        schema = operation["responses"][status]["content"]["application/json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/SegmentAnswer"}
    assert client.post(PATH, json.dumps(example)).status == 201
