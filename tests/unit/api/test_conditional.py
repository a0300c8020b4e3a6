"""ETag, If-Match and If-None-Match: what a client has read is a version."""

from __future__ import annotations

import pytest

from tests.builders import VIDEO, make_segment, make_uploading_video
from tests.fakes.world import World
from tests.unit.api.client import Answer, Client
from tests.unit.api.stored import nothing_written, read_video

SEGMENT = make_segment(title="Old")
PATH = f"/api/segments/{SEGMENT.segment_id}"
CHANGES = pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])


@pytest.fixture(autouse=True)
def _at_version_three(world: World, client: Client) -> None:
    world.segments.add([SEGMENT])
    for title in ("Second", "Third"):
        client.patch(PATH, {"title": title})


def _change(client: Client, method: str, tag: str) -> Answer:
    return client.request(method, PATH, body={"title": "New"}, headers={"If-Match": tag})


@CHANGES
@pytest.mark.parametrize("tag", ['"3"', "*", " * ", '"1", "3"', '"1","2","3"', 'W/"1", "3"'])
def test_given_the_version_that_is_there_when_changed_then_it_is_done(
    client: Client, method: str, tag: str
):
    assert _change(client, method, tag).status == (204 if method == "DELETE" else 200)


@CHANGES
@pytest.mark.parametrize(
    "tag",
    [
        '"2"',
        '"4"',
        '"1", "2"',
        'W/"3"',
        "3",
        '"03"',
        '"3 "',
        '"-3"',
        '"3.0"',
        '"٣"',
        '"³"',
        '""',
        "",
        "garbage",
        '"',
        '"*"',
        '"' + "9" * 5000 + '"',
    ],
)
def test_given_another_version_when_changed_then_it_is_refused_and_nothing_is_written(
    client: Client, world: World, method: str, tag: str
):
    with nothing_written(world):
        answer = _change(client, method, tag)

    assert (answer.status, answer.code) == (412, "precondition.failed")


@CHANGES
def test_given_any_version_of_a_deleted_segment_when_changed_then_there_is_none(
    client: Client, method: str
):
    client.delete(PATH)

    assert _change(client, method, "*").code == "segment.not_found"


def test_given_two_clients_at_one_version_when_both_write_then_the_second_is_refused(
    client: Client,
):
    tag = client.get(PATH).headers["etag"]

    first = client.patch(PATH, {"title": "Mine"}, headers={"If-Match": tag})
    second = client.patch(PATH, {"title": "Yours"}, headers={"If-Match": tag})

    assert (first.status, second.status) == (200, 412)
    assert client.get(PATH).json["title"] == "Mine"


def test_given_words_as_they_are_when_sent_at_an_old_version_then_it_is_refused(client: Client):
    answer = client.patch(PATH, {"title": "Third"}, headers={"If-Match": '"2"'})

    assert answer.status == 412


@pytest.mark.parametrize("known", ['"3"', 'W/"3"', "*", '"1", "3"', 'W/"1",W/"3"'])
def test_given_the_version_that_is_known_when_read_then_there_is_nothing_new(
    client: Client, known: str
):
    answer = client.get(PATH, headers={"If-None-Match": known})

    assert (answer.status, answer.text, answer.headers["etag"]) == (304, "", '"3"')
    assert "content-type" not in answer.headers


@pytest.mark.parametrize("known", ['"2"', '"33"', "3", "", "garbage", '"03"', '"3'])
def test_given_another_version_that_is_known_when_read_then_it_is_told(client: Client, known: str):
    answer = client.get(PATH, headers={"If-None-Match": known})

    assert (answer.status, answer.json["version"]) == (200, 3)


@pytest.mark.parametrize("known", ['"3"', "*"])
def test_given_somebody_else_when_they_say_they_know_it_then_it_looks_absent(
    client: Client, known: str
):
    answer = client.stranger.get(PATH, headers={"If-None-Match": known})

    assert (answer.status, answer.code) == (404, "segment.not_found")


def test_given_a_video_that_is_known_when_read_then_there_is_nothing_new(
    client: Client, world: World
):
    read_video(world)
    tag = client.get(f"/api/videos/{VIDEO}").headers["etag"]

    answer = client.get(f"/api/videos/{VIDEO}", headers={"If-None-Match": tag})

    assert (answer.status, answer.headers["etag"]) == (304, tag)


def test_given_an_upload_that_time_alone_has_ended_when_read_then_it_is_told(
    client: Client, world: World
):
    # Of the year 2026: nothing was written since, but what is answered is another thing.
    world.videos.create(make_uploading_video())

    answer = client.get(f"/api/videos/{VIDEO}", headers={"If-None-Match": '"1"'})

    assert (answer.status, answer.json["status"]) == (200, "expired")
