"""Every kind of bad field: the right status, the right code, and nothing written."""

from __future__ import annotations

import json

import pytest

from tests.builders import STRANGER, VIDEO, make_segment
from tests.fakes.world import World
from tests.unit.api.client import Client
from tests.unit.api.stored import nothing_written, read_video

SEGMENTS = "/api/segments"
MINE = make_segment(title="Old")
EXTRA = "extra_forbidden"
PATH = f"{SEGMENTS}/{MINE.segment_id}"
GOOD = {"video_id": VIDEO, "start": 1, "end": 2}


@pytest.fixture(autouse=True)
def _stored(world: World) -> None:
    read_video(world)
    read_video(world, "theirs", user_id=STRANGER)
    world.segments.add([MINE])


def _text(**fields: str) -> str:
    """A body from JSON as it is written, since `json` does not write all that can be sent."""
    written = {name: json.dumps(value) for name, value in GOOD.items()} | fields
    return "{" + ",".join(f'"{name}":{value}' for name, value in written.items()) + "}"


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        (_text(start="NaN"), {"/start": "finite_number"}),
        (_text(end="Infinity"), {"/end": "finite_number"}),
        (_text(start="-Infinity"), {"/start": "finite_number"}),
        (_text(end="1e400"), {"/end": "finite_number"}),
        (_text(end="1e308"), {"/end": "less_than_equal"}),
        (_text(end=str(10**400)), {"/end": "float_type"}),
        (_text(end="9" * 5000), {"": "json_invalid"}),
        (_text(start="-1"), {"/start": "greater_than_equal"}),
        (_text(start="-1e-9"), {"/start": "greater_than_equal"}),
        (_text(start="true"), {"/start": "float_type"}),
        (_text(start='"1"'), {"/start": "float_type"}),
        (_text(start="[1]"), {"/start": "float_type"}),
        (_text(start="null"), {"/end": "value_error"}),
        (_text(start="2"), {"/end": "value_error"}),
        (_text(start="3"), {"/end": "value_error"}),
        (_text(start="1.9996"), {"/end": "value_error"}),
        (_text(end="1e6"), {"/end": "beyond_end"}),
        (_text(video_id="5"), {"/video_id": "string_type"}),
        (_text(video_id="null"), {"/video_id": "string_type"}),
        (_text(video_id='""'), {"/video_id": "string_too_short"}),
        (_text(video_id='"../x"'), {"/video_id": "string_pattern_mismatch"}),
        (_text(video_id='"%2e%2e"'), {"/video_id": "string_pattern_mismatch"}),
        (_text(video_id='"a\\u0000"'), {"/video_id": "string_pattern_mismatch"}),
        (_text(video_id='"a\\n"'), {"/video_id": "string_pattern_mismatch"}),
        (_text(video_id=json.dumps("a" * 65)), {"/video_id": "string_too_long"}),
        (_text(video_id='"\\ud800"'), {"/video_id": "string_unicode"}),
        (_text(title="5"), {"/title": "string_type"}),
        (_text(title='" "'), {"/title": "value_error"}),
        (_text(title='"a\\nb"'), {"/title": "value_error"}),
        (_text(title='"a\\u0000b"'), {"/title": "value_error"}),
        (_text(title='"a\\u0085b"'), {"/title": "value_error"}),
        (_text(title='"a\\u007fb"'), {"/title": "value_error"}),
        (_text(title='"a\\ud83d"'), {"/title": "value_error"}),
        (_text(title=json.dumps("a" * 201)), {"/title": "too_long"}),
        (_text(description='"a\\u001bb"'), {"/description": "value_error"}),
        (_text(description='"a\\rb"'), {"/description": "value_error"}),
        (_text(description='"\\udc00"'), {"/description": "value_error"}),
        (_text(description=json.dumps("a" * 2001)), {"/description": "too_long"}),
        (_text(tags="null"), {"/tags": "list_type"}),
        (_text(tags='"a"'), {"/tags": "list_type"}),
        (_text(tags='{"a":1}'), {"/tags": "list_type"}),
        (_text(tags='["a",5]'), {"/tags/1": "string_type"}),
        (_text(tags='["a","a"]'), {"/tags": "value_error"}),
        (_text(tags='["a","A "]'), {"/tags": "value_error"}),
        (_text(tags='["\\u00fc","u\\u0308"]'), {"/tags": "value_error"}),
        (_text(tags='["a,b"]'), {"/tags/0": "value_error"}),
        (_text(tags='["a"," "]'), {"/tags/1": "value_error"}),
        (_text(tags='["\\u0000"]'), {"/tags/0": "value_error"}),
        (_text(tags=json.dumps(["a" * 51])), {"/tags/0": "too_long"}),
        (_text(tags=json.dumps([f"t{at}" for at in range(31)])), {"/tags": "too_long"}),
        (_text(tags=json.dumps([f"t{at}" for at in range(10_000)])), {"/tags": "too_long"}),
        (_text(segment_id='"mine"'), {"/segment_id": EXTRA}),
        (
            _text(user_id='"x"', version="7"),
            dict.fromkeys(("/user_id", "/version"), EXTRA),
        ),
        (_text(**{"a/b~c": "1"}), {"/a~1b~0c": EXTRA}),
        (_text(**{"": "1"}), {"/": EXTRA}),
        (_text(**{"\\ud800": "1"}), {"": "string_unicode"}),
        (_text(end='2,"end":3'), {"": "duplicate_field"}),
        (_text(tags='[{"a":1,"a":1}]'), {"": "duplicate_field"}),
        ("", {"": "missing"}),
        ("null", {"": "missing"}),
        (" ", {"": "json_invalid"}),
        ("{", {"": "json_invalid"}),
        (_text() + "{}", {"": "json_invalid"}),
        ("\ufeff" + _text(), {"": "json_invalid"}),
        ("[]", {"": "object_type"}),
        (f"[{_text()}]", {"": "object_type"}),
        ('"text"', {"": "object_type"}),
        ("5", {"": "object_type"}),
        ("NaN", {"": "object_type"}),
        ("true", {"": "object_type"}),
        ("[" * 100_000, {"": "too_deep"}),
        ('{"a":' * 50_000, {"": "too_deep"}),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else None,
)
def test_given_a_body_that_is_not_valid_when_sent_then_its_places_are_named_and_nothing_is_written(
    client: Client, world: World, body: str, wrong: dict[str, str]
):
    with nothing_written(world):
        answer = client.post(SEGMENTS, body)

    assert answer.code == "request.invalid"
    assert answer.wrong == wrong


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ('{"title":5,"tags":["a","A"],"video_id":"x"}', {"/title", "/tags", "/video_id"}),
        ('{"title":"a","title":"b"}', {""}),
        ('[{"title":"a"}]', {""}),
        ('{"title":NaN}', {"/title"}),
        ('{"version":2,"title":"a"}', {"/version"}),
        ("", {""}),
    ],
)
def test_given_words_that_are_not_valid_when_sent_then_they_are_named_and_nothing_is_written(
    client: Client, world: World, method: str, body: str, wrong: set[str]
):
    with nothing_written(world):
        answer = client.request(method, PATH, body=body)

    assert answer.code == "request.invalid"
    assert answer.wrong.keys() == wrong
