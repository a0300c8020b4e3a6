from __future__ import annotations

import pytest

from functions.handlers.api.models.uploads import MAX_UPLOAD
from tests.fakes.world import World
from tests.unit.api.client import Client

UPLOADS = "/api/videos/uploads"
GOOD = {"file_name": "holiday.mp4", "size": 5_000}


def test_given_many_wrong_fields_when_announced_then_all_are_named_at_once(client: Client):
    answer = client.post(
        UPLOADS,
        {
            "file_name": " ",
            "size": 0,
            "content_type": "video",
            "title": "a\nb",
            "lenght": 5,
            "options": {"segmentation": {"mode": "moods", "length_s": 0.5}},
        },
    )

    assert answer.code == "request.invalid"
    assert answer.wrong.keys() == {
        "/file_name",
        "/size",
        "/content_type",
        "/title",
        "/lenght",
        "/options/segmentation/mode",
        "/options/segmentation/length_s",
    }
    assert all(row["detail"] for row in answer.json["errors"])


def test_given_nothing_in_the_body_when_announced_then_what_is_needed_is_named(client: Client):
    assert client.post(UPLOADS, {}).wrong == {"/file_name": "missing", "/size": "missing"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("file_name", ""),
        ("file_name", "a" * 256),
        ("file_name", "a\x00b"),
        ("file_name", "a\x7fb"),
        ("file_name", None),
        ("file_name", 5),
        ("size", "5"),
        ("size", 5.5),
        ("size", True),
        ("size", -1),
        ("size", MAX_UPLOAD + 1),
        ("size", None),
        ("content_type", "video/mp4; codecs=x"),
        ("content_type", "video/mp4\n"),
        ("content_type", "a/" + "b" * 99),
        ("title", " "),
        ("title", "a" * 201),
    ],
)
def test_given_a_wrong_value_when_announced_then_its_field_is_named_and_nothing_is_opened(
    client: Client, world: World, field: str, value: object
):
    assert client.post(UPLOADS, {**GOOD, field: value}).wrong.keys() == {f"/{field}"}
    assert world.videos.all() == []


@pytest.mark.parametrize("length", [0.999, 3600.001, -1, "soon", 1e400])
def test_given_a_length_that_cannot_be_when_announced_then_it_is_named(
    client: Client, length: object
):
    answer = client.post(UPLOADS, {**GOOD, "options": {"segmentation": {"length_s": length}}})

    assert answer.wrong.keys() == {"/options/segmentation/length_s"}


@pytest.mark.parametrize("length", [1, 3600, 29.97])
def test_given_a_length_within_the_bounds_when_announced_then_it_is_taken(
    client: Client, length: float
):
    answer = client.post(UPLOADS, {**GOOD, "options": {"segmentation": {"length_s": length}}})

    assert answer.status == 201


@pytest.mark.parametrize("body", ["{not json", "[]", "null", '"text"', ""])
def test_given_a_body_that_is_no_object_when_sent_then_the_document_itself_is_named(
    client: Client, body: str
):
    # RFC 6901: the empty pointer is the whole document; "/" would be a field with no name.
    assert list(client.post(UPLOADS, body).wrong) == [""]


def test_given_a_field_name_with_a_slash_when_refused_then_the_pointer_escapes_it(
    client: Client,
):
    assert client.post(UPLOADS, {**GOOD, "a/b~c": 1}).wrong.keys() == {"/a~1b~0c"}


def test_given_a_refused_request_when_answered_then_what_was_sent_is_not_echoed(client: Client):
    answer = client.post(UPLOADS, {**GOOD, "size": "<script>secret</script>"})

    assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("path", "query", "pointer"),
    [
        ("/api/videos", {"limit": "0"}, "/limit"),
        ("/api/videos", {"limit": "101"}, "/limit"),
        ("/api/videos", {"limit": "many"}, "/limit"),
        ("/api/videos", {"cursor": "x" * 2001}, "/cursor"),
        ("/api/videos/v/segments", {"segment_type": "poster"}, "/segment_type"),
        ("/health", {"deep": "maybe"}, "/deep"),
    ],
)
def test_given_a_wrong_query_when_asked_then_its_name_is_told(
    client: Client, path: str, query: dict[str, str], pointer: str
):
    assert client.get(path, query=query).wrong.keys() == {pointer}


@pytest.mark.parametrize("video_id", ["", "x" * 65, 7, None])
def test_given_no_video_s_id_when_a_run_is_started_then_the_field_is_named(
    client: Client, video_id: object
):
    answer = client.post("/api/pipeline/start", {"video_id": video_id})

    assert answer.wrong.keys() == {"/video_id"}
