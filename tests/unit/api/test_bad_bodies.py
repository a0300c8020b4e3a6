"""Bodies that are refused as a whole: too large, of another type, no text at all."""

from __future__ import annotations

import json
from base64 import b64encode

import pytest

from tests.builders import VIDEO
from tests.fakes.world import World
from tests.unit.api.client import Client
from tests.unit.api.stored import nothing_written, read_video

SEGMENTS = "/api/segments"
GOOD = {"video_id": VIDEO, "start": 1, "end": 2}
MIB = 1024 * 1024


@pytest.fixture(autouse=True)
def _stored(world: World) -> None:
    read_video(world)


@pytest.mark.parametrize("size", [MIB, 512 * 1024 + 1], ids=["a MiB", "a byte more than is taken"])
@pytest.mark.parametrize("char", ["x", "ü", "😀"])
@pytest.mark.parametrize("path", [SEGMENTS, f"{SEGMENTS}/batch-create"])
def test_given_a_body_that_is_too_large_when_sent_then_it_is_refused_unread(
    client: Client, world: World, size: int, char: str, path: str
):
    body = '"' + char * (size // len(char.encode()))

    with nothing_written(world):
        answer = client.post(path, body)

    assert (answer.status, answer.code) == (413, "request.too_large")


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "multipart/form-data",
        "application/json-patch+json",
        "application/jsonx",
        "json",
        "*/*",
        "é",
    ],
)
def test_given_another_content_type_when_sent_then_it_is_refused(
    client: Client, world: World, kind: str
):
    with nothing_written(world):
        answer = client.post(SEGMENTS, GOOD, headers={"Content-Type": kind})

    assert (answer.status, answer.code) == (415, "request.unsupported_media_type")


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON", "application/json; charset=utf-8", ""]
)
def test_given_json_however_it_is_named_when_sent_then_it_is_taken(client: Client, kind: str):
    assert client.post(SEGMENTS, GOOD, headers={"Content-Type": kind}).status == 202


def test_given_thousands_of_wrong_fields_when_answered_then_the_first_hundred_are_named(
    client: Client,
):
    # An answer of a function may have 6 MB: it is held back where it has more.
    body = GOOD | {f"f{at}": at for at in range(20_000)}

    answer = client.post(SEGMENTS, body)

    assert len(answer.wrong) == 100
    assert "100 of 20000" in answer.json["detail"]


def test_given_bytes_that_are_no_text_when_sent_then_they_are_no_json(client: Client, world: World):
    # The byte 0xff, as the gateway hands on what is no text.
    with nothing_written(world):
        answer = client.post(SEGMENTS, "/w==", encoded=True)

    assert answer.wrong == {"": "json_invalid"}


def test_given_json_that_the_gateway_has_encoded_when_sent_then_it_is_taken(client: Client):
    body = b64encode(json.dumps(GOOD).encode()).decode()

    assert client.post(SEGMENTS, body, encoded=True).status == 202
