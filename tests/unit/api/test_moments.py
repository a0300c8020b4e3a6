"""/api/videos/{video_id}/moments as a client sees it."""

from __future__ import annotations

from typing import Any

import pytest

from functions.domain.moments.generation import GenerationStatus
from functions.services.moments.generate_moments import run_generation
from tests.builders import VIDEO, make_generation, make_moment
from tests.fakes.world import World
from tests.unit.api.client import Answer, Client
from tests.unit.services.telling import BEES, tell

HERE = f"/api/videos/{VIDEO}"
LENGTHS = {"min_length_s": 10, "max_length_s": 40}


@pytest.fixture
def told(world: World) -> World:
    tell(world)
    return world


def ask(client: Client, **body: Any) -> Answer:
    return client.post(f"{HERE}/generate-moments", {**LENGTHS, **body})


def run(world: World, generation_id: str) -> None:
    ids = {"video_id": VIDEO, "generation_id": generation_id}
    run_generation(world.moment_context, world.generator, **ids)


def moments(client: Client, query: str = "") -> list[dict[str, Any]]:
    answer = client.get(f"{HERE}/moments{query}")
    assert answer.status == 200, answer.text
    return list(answer.json["items"])


@pytest.fixture
def found(told: World, client: Client) -> list[dict[str, Any]]:
    run(told, ask(client, count=3).json["generation_id"])
    return moments(client)


def test_given_a_talk_when_moments_are_asked_for_then_a_status_url_leads_to_them(
    told: World, client: Client
):
    asked = ask(client, count=3)

    assert asked.status == 202
    assert asked.headers["location"] == asked.json["status_url"]
    status = client.get(asked.json["status_url"])
    assert (status.status, status.json["status"]) == (200, "queued")
    assert status.json["options"] == {
        "count": 3,
        "min_length_s": 10.0,
        "max_length_s": 40.0,
        "topic": None,
        "model": "embedded",
    }
    run(told, asked.json["generation_id"])
    ended = client.get(asked.json["status_url"]).json
    assert (ended["status"], ended["found"], ended["generator"]) == ("succeeded", 3, "embedded")
    assert ended["usage"] == {"calls": 0, "input_tokens": 0, "output_tokens": 0, "cost_usd": 0.0}
    listed = client.get(f"{HERE}/moments").json
    assert len(listed["items"]) == 3
    assert listed["generation"] == ended
    for one in listed["items"]:
        assert one["duration"] == pytest.approx(one["end"] - one["start"], abs=0.001)
        assert BEES.words[one["first_word"]].start == round(one["start"] * 1000)
        assert 0 <= one["score"] <= 1


def test_given_the_same_body_when_sent_again_then_it_is_the_same_generation(
    told: World, client: Client
):
    first, second = ask(client), ask(client)

    assert first.json["generation_id"] == second.json["generation_id"]
    assert ask(client, count=9).code == "moments.under_way"


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({"count": 0}, {"/count": "greater_than_equal"}),
        ({"count": 21}, {"/count": "less_than_equal"}),
        ({"count": 2.5}, {"/count": "int_type"}),
        ({"count": "3"}, {"/count": "int_type"}),
        ({"min_length_s": 50}, {"/max_length_s": "value_error"}),
        ({"min_length_s": 0.5}, {"/min_length_s": "greater_than_equal"}),
        ({"max_length_s": 601}, {"/max_length_s": "less_than_equal"}),
        ({"topic": " "}, {"/topic": "value_error"}),
        ({"topic": "x" * 201}, {"/topic": "too_long"}),
        ({"topic": "a\x00b"}, {"/topic": "value_error"}),
        ({"model": "gpt"}, {"/model": "unknown_model"}),
        ({"model": "../x"}, {"/model": "string_pattern_mismatch"}),
        ({"regenerate": 1}, {"/regenerate": "bool_type"}),
        ({"lengths": 3}, {"/lengths": "extra_forbidden"}),
        (
            {"count": -1, "topic": 5},
            {"/count": "greater_than_equal", "/topic": "string_type"},
        ),
    ],
)
def test_given_a_wrong_body_when_sent_then_each_wrong_place_is_named(
    told: World, client: Client, body: dict[str, Any], wrong: dict[str, str]
):
    answer = ask(client, **body)

    assert answer.wrong == wrong
    assert told.moment_runs.calls == 0


def test_given_a_video_without_a_transcript_when_asked_then_it_is_a_conflict_that_says_why(
    world: World, client: Client
):
    tell(world, transcript_key=None)

    answer = ask(client)

    assert (answer.status, answer.code) == (409, "transcript.not_asked")


def test_given_somebody_else_when_they_ask_then_there_is_nothing(
    client: Client, found: list[dict[str, Any]]
):
    moment = f"{HERE}/moments/{found[0]['moment_id']}"
    stranger = client.stranger

    for answer in (
        stranger.post(f"{HERE}/generate-moments", {}),
        stranger.get(f"{HERE}/moments"),
        stranger.get(moment),
        stranger.post(f"{moment}/refine", {"start": 0, "end": 1}),
        stranger.put(f"{moment}/feedback", body={"status": "accepted"}),
        stranger.delete(moment),
        stranger.get(f"{HERE}/moment-generations"),
        stranger.get(f"{HERE}/moment-generations/000001-x"),
    ):
        assert (answer.status, answer.code) == (404, "video.not_found")


@pytest.mark.parametrize("query", ["", "&sort_by=score", "&status=proposed,rejected"])
def test_given_many_moments_when_listed_page_by_page_then_each_comes_once(
    told: World, client: Client, query: str
):
    for at in range(7):
        one = make_moment(start=at * 1_000, end=at * 1_000 + 900, score=(at % 3) / 3)
        told.moments.rows[VIDEO, one.moment_id] = one
    seen: list[str] = []
    cursor = ""
    while True:
        page = client.get(
            f"{HERE}/moments", query={"limit": "2", **_query(query), **_query(cursor)}
        )
        assert page.status == 200, page.text
        seen += [one["moment_id"] for one in page.json["items"]]
        if page.json["next_cursor"] is None:
            break
        cursor = f"&cursor={page.json['next_cursor']}"

    assert len(seen) == len(set(seen)) == 7


def _query(text: str) -> dict[str, str]:
    return dict([part.split("=", 1)]) if (part := text.lstrip("&")) else {}


def test_given_a_cursor_of_another_order_when_sent_then_it_is_refused(told: World, client: Client):
    for at in range(3):
        one = make_moment(start=at * 1_000, end=at * 1_000 + 900)
        told.moments.rows[VIDEO, one.moment_id] = one
    first = client.get(f"{HERE}/moments", query={"limit": "1"}).json

    wrong = {"limit": "1", "sort_by": "score", "cursor": first["next_cursor"]}
    answer = client.get(f"{HERE}/moments", query=wrong)

    assert answer.code == "request.invalid_cursor"


def test_given_a_verdict_when_sent_twice_then_the_second_changes_nothing(
    client: Client, found: list[dict[str, Any]]
):
    place = f"{HERE}/moments/{found[0]['moment_id']}"

    first = client.put(f"{place}/feedback", body={"status": "accepted"})
    second = client.put(f"{place}/feedback", body={"status": "accepted"})

    assert (first.status, first.json["status"]) == (200, "accepted")
    assert first.json["decided_at"]
    assert second.json == first.json
    assert second.headers["etag"] == first.headers["etag"] == '"2"'
    assert len(moments_of(client, "accepted")) == 1
    assert len(moments_of(client, "proposed")) == 2
    assert len(moments_of(client, "accepted,proposed")) == 3


def moments_of(client: Client, status: str) -> list[dict[str, Any]]:
    answer = client.get(f"{HERE}/moments", query={"status": status})
    assert answer.status == 200, answer.text
    return list(answer.json["items"])


def test_given_an_old_etag_when_judged_or_deleted_then_it_is_refused(
    client: Client, found: list[dict[str, Any]]
):
    place = f"{HERE}/moments/{found[0]['moment_id']}"
    tag = client.get(place).headers["etag"]
    mine = {"If-Match": tag}
    client.put(f"{place}/feedback", body={"status": "rejected"}, headers=mine)

    again = client.put(f"{place}/feedback", body={"status": "accepted"}, headers=mine)

    assert (again.status, again.code) == (412, "precondition.failed")
    assert client.delete(place, headers=mine).status == 412
    assert client.get(place, headers={"If-None-Match": '"2"'}).status == 304
    assert client.delete(place).status == 204
    assert client.get(place).code == "moment.not_found"


def test_given_an_instruction_when_refined_then_a_new_version_keeps_its_parent(
    client: Client, found: list[dict[str, Any]]
):
    one = found[0]
    place = f"{HERE}/moments/{one['moment_id']}"

    made = client.post(f"{place}/refine", {"instruction": "end one sentence earlier"})

    assert made.status == 201
    assert (made.json["version"], made.json["parent_id"]) == (2, one["moment_id"])
    assert made.json["end"] < one["end"]
    assert made.json["refinement"]["made_by"] == "embedded"
    assert client.get(made.headers["location"]).json == made.json
    assert client.get(place).json["superseded_by"] == made.json["moment_id"]
    listed = {item["moment_id"] for item in moments(client)}
    assert made.json["moment_id"] in listed
    assert one["moment_id"] not in listed
    every = client.get(f"{HERE}/moments", query={"versions": "all"}).json["items"]
    assert len(every) == len(found) + 1
    again = client.post(f"{place}/refine", {"instruction": "shorter"})
    assert (again.status, again.code) == (409, "moment.superseded")


def test_given_exact_times_when_refined_then_they_are_taken_as_they_are(
    client: Client, found: list[dict[str, Any]]
):
    place = f"{HERE}/moments/{found[0]['moment_id']}"

    made = client.post(f"{place}/refine", {"start": 1.234, "end": 7.001}).json

    assert (made["start"], made["end"], made["edges"]) == (1.234, 7.001, "exact")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "request.invalid"),
        ({"start": 1}, "request.invalid"),
        ({"start": 5, "end": 5}, "request.invalid"),
        ({"start": 5, "end": 4}, "request.invalid"),
        ({"start": 1, "end": 2, "instruction": "longer"}, "request.invalid"),
        ({"start": 9_000, "end": 9_001}, "request.invalid"),
        ({"start": "1", "end": 2}, "request.invalid"),
        ({"instruction": "make it sing"}, "refine.not_understood"),
        ({"instruction": " "}, "request.invalid"),
        ({"instruction": "longer", "model": "gpt"}, "request.invalid"),
    ],
)
def test_given_a_wrong_wish_when_refined_then_it_is_told(
    client: Client, found: list[dict[str, Any]], body: dict[str, Any], code: str
):
    answer = client.post(f"{HERE}/moments/{found[0]['moment_id']}/refine", body)

    assert (answer.status, answer.code) == (422, code)
    assert answer.json["errors"]


@pytest.mark.parametrize("body", [{}, {"status": "loved"}, {"status": None}, {"verdict": "x"}])
def test_given_a_wrong_verdict_when_sent_then_it_is_told(
    client: Client, found: list[dict[str, Any]], body: dict[str, Any]
):
    answer = client.put(f"{HERE}/moments/{found[0]['moment_id']}/feedback", body=body)

    assert answer.code == "request.invalid"


def test_given_generations_when_listed_then_newest_first_and_none_of_another_id(
    told: World, client: Client
):
    for number in range(1, 4):
        before = told.generations.latest(VIDEO)
        one = make_generation(number=number, key=f"k{number}")
        assert told.generations.open(one, before)
        told.generations.rows[VIDEO, one.generation_id] = _failed(one)

    first = client.get(f"{HERE}/moment-generations", query={"limit": "2"}).json
    rest = client.get(
        f"{HERE}/moment-generations", query={"limit": "2", "cursor": first["next_cursor"]}
    ).json

    numbers = [one["generation_id"][:6] for one in (*first["items"], *rest["items"])]
    assert numbers == ["000003", "000002", "000001"]
    assert client.get(f"{HERE}/moment-generations/none").code == "generation.not_found"
    assert client.get(f"{HERE}/moment-generations/{'x' * 90}").code == "generation.not_found"


def _failed(one):
    from dataclasses import replace

    return replace(one, status=GenerationStatus.FAILED)


def test_given_a_machine_out_of_reach_when_asked_then_it_may_be_asked_again(
    told: World, client: Client
):
    told.moment_runs.down = True
    refused = ask(client)
    told.moment_runs.down = False

    assert (refused.status, refused.code) == (503, "dependency.unavailable")
    assert ask(client).status == 202
