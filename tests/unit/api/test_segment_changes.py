"""PUT, PATCH and DELETE of a segment."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.builders import STRANGER, make_segment
from tests.fakes.world import World
from tests.unit.api.client import Client
from tests.unit.api.stored import nothing_written

SEGMENT = make_segment(title="Old", description="Older", tags=("a", "b"))
PATH = f"/api/segments/{SEGMENT.segment_id}"
NEW = {"title": "New", "description": "Newer", "tags": ["c"]}


@pytest.fixture(autouse=True)
def _stored(world: World) -> None:
    world.segments.add([SEGMENT])


def _words(told: dict) -> tuple[object, ...]:
    return told["title"], told["description"], told["tags"]


def test_given_all_words_when_replaced_then_they_are_there_at_the_next_version(client: Client):
    answer = client.put(PATH, body=NEW)

    assert (answer.status, answer.headers["etag"]) == (200, '"2"')
    assert _words(answer.json) == ("New", "Newer", ["c"])
    assert client.get(PATH).json == answer.json


def test_given_some_words_when_replaced_then_the_rest_is_cleared(client: Client):
    assert _words(client.put(PATH, body={"title": "New"}).json) == ("New", None, [])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"title": "New"}, ("New", "Older", ["a", "b"])),
        ({"description": ""}, ("Old", "", ["a", "b"])),
        ({"tags": ["b", "c"]}, ("Old", "Older", ["b", "c"])),
        ({"title": None}, (None, "Older", ["a", "b"])),
        ({"tags": None}, ("Old", "Older", [])),
        ({"tags": []}, ("Old", "Older", [])),
        (NEW, ("New", "Newer", ["c"])),
    ],
)
def test_given_some_words_when_edited_then_the_rest_stays_and_null_clears(
    client: Client, body: dict[str, object], expected: tuple[object, ...]
):
    answer = client.patch(PATH, body)

    assert (answer.status, answer.headers["etag"]) == (200, '"2"')
    assert _words(answer.json) == expected


def test_given_a_change_when_made_then_it_tells_when_and_all_else_stays(
    client: Client, world: World
):
    client.patch(PATH, {"title": "New"})

    stored = world.segments.get(SEGMENT.segment_id)
    assert stored
    assert stored.updated_at > SEGMENT.updated_at
    assert replace(stored, title="Old", updated_at=SEGMENT.updated_at, version=1) == SEGMENT


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_given_words_as_they_are_when_sent_then_nothing_is_written(
    client: Client, world: World, method: str
):
    same = {"title": "Old", "description": "Older", "tags": ["a", "b"]}

    with nothing_written(world):
        answer = client.request(method, PATH, body=same)

    assert (answer.status, answer.headers["etag"]) == (200, '"1"')


def test_given_nothing_to_edit_when_sent_then_it_is_refused(client: Client, world: World):
    with nothing_written(world):
        assert client.patch(PATH, {}).wrong.keys() == {""}


def test_given_a_segment_when_deleted_then_it_is_gone_at_once(client: Client, world: World):
    answer = client.delete(PATH)

    assert (answer.status, answer.text) == (204, "")
    assert "content-type" not in answer.headers
    assert client.get(PATH).code == "segment.not_found"
    assert world.segments.deleted(SEGMENT.segment_id)


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_given_a_deleted_segment_when_asked_for_then_there_is_none(
    client: Client, world: World, method: str
):
    client.delete(PATH)

    with nothing_written(world):
        answer = client.request(method, PATH, body=NEW)

    assert (answer.status, answer.code) == (404, "segment.not_found")


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("headers", [{}, {"If-Match": '"1"'}, {"If-Match": '"9"'}])
def test_given_another_user_s_segment_when_changed_then_it_is_told_as_an_absent_one_is(
    client: Client, world: World, method: str, headers: dict[str, str]
):
    theirs = make_segment(segment_number=2, user_id=STRANGER)
    world.segments.add([theirs])

    with nothing_written(world):
        foreign, absent = (
            client.request(method, f"/api/segments/{one}", body=NEW, headers=headers)
            for one in (theirs.segment_id, "none")
        )

    assert (foreign.status, foreign.code) == (404, "segment.not_found")
    assert foreign.text == absent.text
