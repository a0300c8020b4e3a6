"""Many segments in one call: refused as a whole where it is not valid, else one by one."""

from __future__ import annotations

from typing import Any

import pytest

from functions.domain.errors import UnavailableError
from tests.builders import STRANGER, VIDEO, make_segment
from tests.fakes.idempotency import FakeIdempotencyLayer
from tests.fakes.world import World
from tests.unit.api.client import Answer, Client
from tests.unit.api.stored import nothing_written, read_video

CREATE, EDIT, DELETE = (f"/api/segments/batch-{what}" for what in ("create", "update", "delete"))
RANGE = {"video_id": VIDEO, "start": 1, "end": 2}
MINE = [make_segment(segment_number=number, title="Old") for number in (1, 2, 3)]
IDS = [segment.segment_id for segment in MINE]
TWO = {"/segments/0/title", "/segments/1/x~1y"}
KEY = {"Idempotency-Key": "k-1"}


@pytest.fixture(autouse=True)
def _stored(world: World) -> None:
    read_video(world)
    world.segments.add(MINE)
    world.segments.add([make_segment(segment_number=9, user_id=STRANGER)])


def _many(*items: dict[str, Any]) -> dict[str, Any]:
    return {"segments": list(items)}


def _statuses(answer: Answer) -> list[int]:
    assert answer.status == 200, answer.text
    results = answer.json["results"]
    assert [item["index"] for item in results] == list(range(len(results)))
    failed = sum(item["error"] is not None for item in results)
    assert (answer.json["failed"], answer.json["succeeded"]) == (failed, len(results) - failed)
    return [item["status"] for item in results]


def _codes(answer: Answer) -> list[str | None]:
    return [item["error"] and item["error"]["code"] for item in answer.json["results"]]


def test_given_good_and_refused_items_when_created_then_each_has_its_own_result(
    client: Client, world: World
):
    answer = client.post(
        CREATE, _many(RANGE, {"video_id": "none"}, {"video_id": VIDEO}, {**RANGE, "end": 61})
    )

    assert _statuses(answer) == [202, 404, 201, 422]
    assert _codes(answer) == [None, "video.not_found", None, "request.invalid"]
    made = [item["segment_id"] for item in answer.json["results"]]
    assert all(world.segments.get(made[at]) for at in (0, 2))
    assert (made[1], made[3]) == (None, None)


def test_given_a_refused_item_when_answered_then_its_error_is_a_problem(client: Client):
    (item,) = client.post(CREATE, _many({**RANGE, "end": 61})).json["results"]

    assert item["error"]["type"] == "urn:cutroom:problem:request.invalid"
    assert item["error"]["status"] == 422
    assert [row["pointer"] for row in item["error"]["errors"]] == ["/end"]


def test_given_good_and_refused_items_when_edited_then_each_has_its_own_result(
    client: Client, world: World
):
    foreign = make_segment(segment_number=9).segment_id
    answer = client.post(
        EDIT,
        _many(
            {"segment_id": IDS[0], "title": "New", "version": 1},
            {"segment_id": IDS[1], "title": "New", "version": 2},
            {"segment_id": foreign, "title": "New"},
            {"segment_id": IDS[2], "tags": None},
        ),
    )

    assert _statuses(answer) == [200, 412, 404, 200]
    assert _codes(answer) == [None, "precondition.failed", "segment.not_found", None]
    assert [item["version"] for item in answer.json["results"]] == [2, None, None, 1]
    assert [row.title for row in world.segments.get_many(IDS)] == ["New", "Old", "Old"]


def test_given_one_segment_twice_when_edited_then_only_the_first_is_done_and_that_is_told(
    client: Client, world: World
):
    items = [{"segment_id": IDS[0], "title": "New"}, {"segment_id": IDS[0], "tags": ["a"]}]

    answer = client.post(EDIT, _many(*items))

    assert _statuses(answer) == [200, 409]
    assert answer.json["results"][1]["error"]["code"] == "batch.repeated"
    stored = world.segments.get(IDS[0])
    assert stored
    assert (stored.title, stored.tags, stored.version) == ("New", (), 2)


def test_given_good_and_refused_items_when_deleted_then_each_has_its_own_result(
    client: Client, world: World
):
    answer = client.post(
        DELETE,
        _many(
            {"segment_id": IDS[0]},
            {"segment_id": IDS[1], "version": 7},
            {"segment_id": "none"},
            {"segment_id": IDS[2], "version": 1},
        ),
    )

    assert _statuses(answer) == [204, 412, 404, 204]
    assert [row.segment_id for row in world.segments.get_many(IDS)] == [IDS[1]]


def test_given_a_table_that_fails_for_one_item_when_edited_then_the_others_are_done(
    client: Client, world: World, monkeypatch: pytest.MonkeyPatch
):
    save = world.segments.save

    def failing(before: Any, after: Any) -> Any:
        if before.segment_id == IDS[1]:
            raise UnavailableError("dependency.unavailable", "The table failed; try again.")
        return save(before, after)

    monkeypatch.setattr(world.segments, "save", failing)
    items = [{"segment_id": one, "title": "New"} for one in IDS]

    assert _statuses(client.post(EDIT, _many(*items))) == [200, 503, 200]


@pytest.mark.parametrize(
    ("path", "items", "wrong"),
    [
        (CREATE, [RANGE, RANGE, RANGE, {**RANGE, "title": "\x00"}], {"/segments/3/title"}),
        (CREATE, [{**RANGE, "end": 0.5}], {"/segments/0/end"}),
        (CREATE, [{"start": 1}, RANGE], {"/segments/0/video_id", "/segments/0/end"}),
        (CREATE, [{"video_id": VIDEO, "tags": ["a", "b,c"]}], {"/segments/0/tags/1"}),
        (CREATE, [{**RANGE, "title": 5}, {**RANGE, "x/y": 1}], TWO),
        (EDIT, [{"segment_id": IDS[0], "title": "New"}, {"segment_id": IDS[1]}], {"/segments/1"}),
        (EDIT, [{"segment_id": IDS[0], "title": "New", "version": "1"}], {"/segments/0/version"}),
        (EDIT, [{"segment_id": IDS[0], "title": "New", "version": 0}], {"/segments/0/version"}),
        (EDIT, [{"segment_id": IDS[0], "title": "New", "version": True}], {"/segments/0/version"}),
        (DELETE, [{"segment_id": IDS[0]}, {"segment_id": "../x"}], {"/segments/1/segment_id"}),
        (DELETE, [{"segment_id": IDS[0]}, {}], {"/segments/1/segment_id"}),
        (DELETE, [{"segment_id": IDS[0], "version": 1.5}], {"/segments/0/version"}),
        (DELETE, [{"segment_id": IDS[0]}, IDS[1]], {"/segments/1"}),
        (CREATE, [], {"/segments"}),
        (EDIT, [], {"/segments"}),
        (DELETE, [], {"/segments"}),
        (CREATE, [RANGE] * 101, {"/segments"}),
        (DELETE, [{"segment_id": IDS[0]}] * 101, {"/segments"}),
    ],
)
def test_given_one_item_that_is_not_valid_when_sent_then_it_is_named_and_nothing_is_done(
    client: Client, world: World, path: str, items: list[Any], wrong: set[str]
):
    with nothing_written(world):
        answer = client.post(path, _many(*items))

    assert answer.code == "request.invalid"
    assert answer.wrong.keys() == wrong


def test_given_a_hundred_items_when_created_then_they_are_numbered_as_they_were_sent(
    client: Client, world: World
):
    answer = client.post(CREATE, _many(*[RANGE] * 100))

    assert set(_statuses(answer)) == {202}
    made = [world.segments.get(item["segment_id"]) for item in answer.json["results"]]
    assert [row and row.segment_number for row in made] == list(range(10, 110))


def test_given_a_key_when_sent_twice_then_it_is_done_once(
    client: Client, world: World, kept: FakeIdempotencyLayer
):
    first = client.post(CREATE, _many(RANGE, RANGE), headers=KEY)
    with nothing_written(world):
        second = client.post(CREATE, _many(RANGE, RANGE), headers=KEY)

    assert second.json == first.json
    assert len({item["segment_id"] for item in first.json["results"]}) == 2


def test_given_a_worker_killed_after_writing_when_sent_again_then_nothing_is_doubled(
    client: Client, world: World, kept: FakeIdempotencyLayer
):
    kept.forgetful = True
    first = client.post(CREATE, _many(RANGE, RANGE), headers=KEY)
    kept.records.clear()

    with nothing_written(world):
        second = client.post(CREATE, _many(RANGE, RANGE), headers=KEY)

    assert second.json == first.json
