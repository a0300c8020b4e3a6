"""Bad queries and bad ids: the right status, the right code, and nothing written."""

from __future__ import annotations

import pytest

from tests.builders import STRANGER, VIDEO, make_segment
from tests.fakes.world import World
from tests.unit.api.client import Client
from tests.unit.api.stored import nothing_written, read_video

SEGMENTS = "/api/segments"
IDS = (
    "none",
    "..",
    ".",
    "%2e%2e",
    "%2e%2e%2fsecrets",
    "%00",
    "a b",
    "<script>",
    "'; drop table",
    "a%0d%0aX: y",
    "ü",
    "a" * 65,
    "a" * 20_000,
)
PLACES = ("../secrets", "a/b", "/x", "a\x00b", "a\nb", "\ud800", "a?b#c", "a\\b", '"')


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ({"min_duration": "nan"}, {"/min_duration": "finite_number"}),
        ({"min_duration": "NaN"}, {"/min_duration": "finite_number"}),
        ({"max_duration": "inf"}, {"/max_duration": "finite_number"}),
        ({"max_duration": "-Infinity"}, {"/max_duration": "finite_number"}),
        ({"min_duration": "1e308"}, {"/min_duration": "less_than_equal"}),
        ({"min_duration": "9" * 5000}, {"/min_duration": "finite_number"}),
        ({"min_duration": "-1"}, {"/min_duration": "greater_than_equal"}),
        ({"min_duration": "ten"}, {"/min_duration": "float_parsing"}),
        ({"min_duration": ""}, {"/min_duration": "float_parsing"}),
        ({"limit": "0"}, {"/limit": "greater_than_equal"}),
        ({"limit": "-1"}, {"/limit": "greater_than_equal"}),
        ({"limit": "101"}, {"/limit": "less_than_equal"}),
        ({"limit": "1.5"}, {"/limit": "int_parsing"}),
        ({"limit": "1e308"}, {"/limit": "int_parsing"}),
        ({"limit": "9" * 5000}, {"/limit": "int_parsing_size"}),
        ({"limit": "1,2"}, {"/limit": "int_parsing"}),
        ({"segment_type": "poster"}, {"/segment_type": "enum"}),
        ({"segment_type": ""}, {"/segment_type": "enum"}),
        ({"platform": "X"}, {"/platform": "enum"}),
        ({"sort_by": "size"}, {"/sort_by": "enum"}),
        ({"sort_order": "up"}, {"/sort_order": "enum"}),
        ({"tags_match": "none"}, {"/tags_match": "enum"}),
        ({"has_social_media": "maybe"}, {"/has_social_media": "bool_parsing"}),
        ({"tags": ",".join("abcdefghijklmnopqrstuvwxyzäöüß,1")}, {"/tags": "too_long"}),
        ({"q": "a" * 201}, {"/q": "string_too_long"}),
        ({"video_id": "../x"}, {"/video_id": "string_pattern_mismatch"}),
        ({"video_id": "a" * 65}, {"/video_id": "string_too_long"}),
        ({"created_after": "2026-03-01"}, {"/created_after": "value_error"}),
        ({"created_after": "1772366400"}, {"/created_after": "value_error"}),
        ({"created_after": "2026-03-01T12:00:00"}, {"/created_after": "timezone_aware"}),
        (
            {"created_after": "2026-13-01T12:00:00Z"},
            {"/created_after": "datetime_from_date_parsing"},
        ),
        ({"created_after": "0001-01-01T00:00:00+14:00"}, {"/created_after": "value_error"}),
        ({"created_before": "0001-01-01T00:00:00Z"}, {"/created_before": "value_error"}),
        ({"created_before": "9999-12-31T23:59:59-14:00"}, {"/created_before": "value_error"}),
        ({"created_before": "10000-01-01T00:00:00Z"}, {"/created_before": "value_error"}),
        ({"tag": "a"}, {"/tag": "unknown_parameter"}),
        ({"": "a"}, {"/": "unknown_parameter"}),
        ({"a/b~": "a"}, {"/a~1b~0": "unknown_parameter"}),
        ({"filters": "a"}, {"/filters": "unknown_parameter"}),
        ([("limit", "1"), ("limit", "1")], {"/limit": "repeated_parameter"}),
        ([("q", "a"), ("q", "b")], {"/q": "repeated_parameter"}),
        (
            {"limit": "x", "sort_by": "y", "z": "1"},
            {"/limit": "int_parsing", "/sort_by": "enum", "/z": "unknown_parameter"},
        ),
    ],
    ids=lambda value: str(value)[:40],
)
def test_given_a_query_that_is_not_valid_when_asked_then_each_parameter_is_named(
    client: Client, query: dict[str, str], wrong: dict[str, str]
):
    answer = client.get(SEGMENTS, query=query)

    assert answer.code == "request.invalid"
    assert answer.wrong == wrong


@pytest.mark.parametrize(
    "path", [f"/api/videos/{VIDEO}/segments", "/api/videos", f"/api/videos/{VIDEO}", "/health"]
)
def test_given_a_parameter_that_a_route_does_not_know_when_asked_then_it_is_named(
    client: Client, world: World, path: str
):
    read_video(world)

    assert client.get(path, query={"sort": "x"}).wrong == {"/sort": "unknown_parameter"}


def test_given_a_bad_body_and_a_bad_query_when_sent_then_both_are_named(
    client: Client, world: World
):
    with nothing_written(world):
        answer = client.post(SEGMENTS, {"start": -1, "x": 1}, query={"dry_run": "1"})

    assert answer.wrong == {
        "/video_id": "missing",
        "/start": "greater_than_equal",
        "/x": "extra_forbidden",
        "/dry_run": "unknown_parameter",
    }


def test_given_a_good_body_and_a_bad_query_when_sent_then_nothing_is_written(
    client: Client, world: World
):
    read_video(world)

    with nothing_written(world):
        answer = client.post(SEGMENTS, {"video_id": VIDEO}, query={"dry_run": "1"})

    assert answer.wrong == {"/dry_run": "unknown_parameter"}


def test_given_an_address_that_is_none_when_asked_with_a_query_then_it_is_not_found(
    client: Client,
):
    assert client.get("/api/nope", query={"x": "1"}).code == "route.not_found"


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("segment_id", [*IDS, *PLACES], ids=lambda text: ascii(text)[:30])
def test_given_an_id_that_is_none_when_asked_for_then_there_is_no_such_thing(
    client: Client, world: World, method: str, segment_id: str
):
    world.segments.add([make_segment()])

    with nothing_written(world):
        answer = client.request(method, f"{SEGMENTS}/{segment_id}", body={"title": "New"})

    assert answer.status == 404
    assert answer.code == ("segment.not_found" if segment_id in IDS else "route.not_found")


@pytest.mark.parametrize("video_id", [*IDS, "theirs"], ids=lambda text: ascii(text)[:30])
@pytest.mark.parametrize("rest", ["", "/segments"])
def test_given_no_video_of_the_caller_s_when_asked_for_then_it_looks_absent(
    client: Client, world: World, video_id: str, rest: str
):
    read_video(world, "theirs", user_id=STRANGER)

    answer = client.get(f"/api/videos/{video_id}{rest}")

    assert (answer.status, answer.code) == (404, "video.not_found")
