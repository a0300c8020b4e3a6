"""A cursor belongs to its user, its list, its filters and its order, and to nothing else."""

from __future__ import annotations

import pytest

from tests.builders import VIDEO, make_segment, make_video
from tests.fakes.world import World
from tests.unit.api.client import Answer, Client

LIST = "/api/segments"
QUERY = {"q": "clip", "sort_by": "title", "limit": "1"}


@pytest.fixture
def cursor(client: Client, world: World) -> str:
    """Of the second page of QUERY."""
    world.videos.create(make_video())
    for number in (1, 2, 3):
        world.segments.add([make_segment(segment_number=number, title=f"Clip {number}")])
    return str(client.get(LIST, query=QUERY).json["next_cursor"])


def _refused(answer: Answer) -> bool:
    return answer.code == "request.invalid_cursor" and answer.wrong.keys() == {"/cursor"}


def test_given_a_cursor_when_sent_with_its_own_query_then_the_list_goes_on(
    client: Client, cursor: str
):
    answer = client.get(LIST, query={**QUERY, "cursor": cursor})

    assert [item["title"] for item in answer.json["items"]] == ["Clip 2"]


def test_given_a_cursor_when_sent_with_another_limit_then_the_list_goes_on(
    client: Client, cursor: str
):
    answer = client.get(LIST, query={**QUERY, "limit": "9", "cursor": cursor})

    assert [item["title"] for item in answer.json["items"]] == ["Clip 2", "Clip 1"]


@pytest.mark.parametrize(
    "other",
    [
        {"q": "clips"},
        {"sort_by": "duration"},
        {"sort_order": "asc"},
        {"segment_type": "processed"},
        {"video_id": VIDEO},
        {"min_duration": "0"},
        {"max_duration": "9"},
        {"tags": "a"},
        {"has_social_media": "false"},
        {"platform": "x"},
        {"created_after": "2020-01-01T00:00:00Z"},
        {"created_before": "2030-01-01T00:00:00Z"},
    ],
)
def test_given_a_cursor_when_sent_with_another_query_then_it_is_refused(
    client: Client, cursor: str, other: dict[str, str]
):
    assert _refused(client.get(LIST, query={**QUERY, **other, "cursor": cursor}))


def test_given_a_cursor_of_tags_when_sent_with_another_match_then_it_is_refused(
    client: Client, world: World
):
    for number in (1, 2):
        world.segments.add([make_segment(segment_number=number, tags=("a", "b"))])
    query = {"tags": "a,b", "limit": "1"}
    cursor = client.get(LIST, query=query).json["next_cursor"]

    assert _refused(client.get(LIST, query={**query, "tags_match": "all", "cursor": cursor}))


def test_given_a_cursor_when_another_user_sends_it_then_it_is_refused(client: Client, cursor: str):
    assert _refused(client.stranger.get(LIST, query={**QUERY, "cursor": cursor}))


@pytest.mark.parametrize("path", ["/api/videos", f"/api/videos/{VIDEO}/segments"])
def test_given_a_cursor_when_sent_to_another_list_then_it_is_refused(
    client: Client, cursor: str, path: str
):
    assert _refused(client.get(path, query={"cursor": cursor}))


@pytest.mark.parametrize("at", [0, 10, 25, -10])
def test_given_a_cursor_when_one_letter_is_changed_then_it_is_refused(
    client: Client, cursor: str, at: int
):
    other = "A" if cursor[at] != "A" else "B"
    forged = cursor[:at] + other + cursor[at:][1:]

    assert _refused(client.get(LIST, query={**QUERY, "cursor": forged}))


@pytest.mark.parametrize("length", [1, 4, 20, 22, -4])
def test_given_a_cursor_when_it_is_cut_then_it_is_refused(client: Client, cursor: str, length: int):
    assert _refused(client.get(LIST, query={**QUERY, "cursor": cursor[:length]}))


@pytest.mark.parametrize(
    "made_up", ["", "=", "!!!!", "ä", "\x00", "null", "../..", "A" * 2000, "e30", "bm90IG91cnM"]
)
def test_given_a_made_up_cursor_when_sent_then_it_is_refused(client: Client, made_up: str):
    assert _refused(client.get(LIST, query={"cursor": made_up}))


def test_given_a_cursor_that_is_too_long_to_be_one_when_sent_then_it_is_refused(client: Client):
    assert client.get(LIST, query={"cursor": "A" * 2001}).wrong.keys() == {"/cursor"}
