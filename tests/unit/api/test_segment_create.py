"""POST /api/segments: a range of a video, or an upload as it is."""

from __future__ import annotations

import pytest

from functions.domain.video import VideoStatus
from tests.builders import STRANGER, VIDEO, make_queued_video, make_segment
from tests.fakes.idempotency import FakeIdempotencyLayer
from tests.fakes.world import World
from tests.unit.api.client import Client
from tests.unit.api.stored import nothing_written, read_video

SEGMENTS = "/api/segments"
RANGE = {"video_id": VIDEO, "start": 12.5, "end": 31.0}
WORDS = {"title": "The opening", "description": "One\n\ttwo", "tags": ["intro", " Mu\u0308sic "]}
KEY = {"Idempotency-Key": "k-1"}


def test_given_a_range_when_created_then_it_is_accepted_and_waits_to_be_cut(
    client: Client, world: World
):
    read_video(world)

    answer = client.post(SEGMENTS, RANGE)

    assert answer.status == 202
    told = answer.json
    assert (told["source"], told["status"], told["segment_type"]) == (
        "range",
        "pending",
        "processed",
    )
    assert (told["start"], told["end"]) == (12.5, 31.0)
    assert (told["duration"], told["actual_start"], told["actual_end"]) == (None, None, None)


def test_given_no_range_when_created_then_the_upload_is_a_segment_at_once(
    client: Client, world: World
):
    read_video(world)

    answer = client.post(SEGMENTS, {"video_id": VIDEO})

    assert answer.status == 201
    told = answer.json
    assert (told["source"], told["status"], told["segment_type"]) == ("upload", "ready", "original")
    assert (told["start"], told["end"], told["duration"]) == (0.0, 60.0, 60.0)
    assert (told["file_size"], told["content_type"]) == (5_000, "video/mp4")
    assert (told["width"], told["height"]) == (1080, 1920)


@pytest.mark.parametrize("body", [RANGE, {"video_id": VIDEO}])
def test_given_a_segment_when_created_then_it_is_where_the_answer_says_at_its_version(
    client: Client, world: World, body: dict[str, object]
):
    read_video(world)

    answer = client.post(SEGMENTS, body)
    there = client.get(answer.headers["location"])

    assert there.json == answer.json
    assert there.headers["etag"] == answer.headers["etag"] == '"1"'


def test_given_words_when_created_then_they_are_kept_as_they_are_compared(
    client: Client, world: World
):
    read_video(world)

    told = client.post(SEGMENTS, {**RANGE, **WORDS}).json

    assert (told["title"], told["description"]) == ("The opening", "One\n\ttwo")
    assert told["tags"] == ["intro", "Müsic"]


def test_given_segments_of_a_video_when_another_is_created_then_it_has_the_next_number(
    client: Client, world: World
):
    read_video(world)
    world.segments.add([make_segment(segment_number=7)])

    numbers = [client.post(SEGMENTS, RANGE).json["segment_number"] for _ in range(2)]

    assert numbers == [8, 9]


def test_given_an_end_at_the_video_s_end_when_created_then_it_is_taken(
    client: Client, world: World
):
    read_video(world)

    assert client.post(SEGMENTS, {**RANGE, "start": 0, "end": 60}).status == 202


def test_given_an_end_beyond_the_video_s_end_when_created_then_it_is_named(
    client: Client, world: World
):
    read_video(world)

    with nothing_written(world):
        answer = client.post(SEGMENTS, {**RANGE, "end": 60.001})

    assert answer.wrong == {"/end": "beyond_end"}


@pytest.mark.parametrize("video_id", ["theirs", "none", "aborted"])
def test_given_no_video_of_the_caller_s_when_created_then_it_looks_absent(
    client: Client, world: World, video_id: str
):
    read_video(world, "theirs", user_id=STRANGER)
    read_video(world, "aborted", status=VideoStatus.ABORTED)

    with nothing_written(world):
        answer = client.post(SEGMENTS, {**RANGE, "video_id": video_id})

    assert (answer.status, answer.code) == (404, "video.not_found")


def test_given_a_video_that_was_not_read_yet_when_created_then_it_is_a_conflict(
    client: Client, world: World
):
    world.videos.create(make_queued_video())

    with nothing_written(world):
        answer = client.post(SEGMENTS, RANGE)

    assert (answer.status, answer.code) == (409, "video.not_ready")


def test_given_a_key_when_sent_twice_then_one_segment_is_made_and_the_answer_is_the_same(
    client: Client, world: World, kept: FakeIdempotencyLayer
):
    read_video(world)

    first = client.post(SEGMENTS, RANGE, headers=KEY)
    second = client.post(SEGMENTS, RANGE, headers=KEY)

    assert (first.status, second.status) == (202, 202)
    assert second.json == first.json
    assert second.headers["location"] == first.headers["location"]
    assert second.headers["etag"] == first.headers["etag"]
    assert len(world.segments.all()) == 1


def test_given_a_worker_killed_after_writing_when_sent_again_then_nothing_is_doubled(
    client: Client, world: World, kept: FakeIdempotencyLayer
):
    read_video(world)
    kept.forgetful = True
    first = client.post(SEGMENTS, RANGE, headers=KEY)
    kept.records.clear()

    second = client.post(SEGMENTS, RANGE, headers=KEY)

    assert (second.status, second.json) == (202, first.json)
    assert len(world.segments.all()) == 1


def test_given_a_key_when_sent_with_another_range_then_it_is_refused(
    client: Client, world: World, kept: FakeIdempotencyLayer
):
    read_video(world)
    client.post(SEGMENTS, RANGE, headers=KEY)

    with nothing_written(world):
        answer = client.post(SEGMENTS, {**RANGE, "end": 32}, headers=KEY)

    assert (answer.status, answer.code) == (422, "idempotency.key_reused")


def test_given_a_key_of_two_users_when_sent_then_each_has_a_segment(
    client: Client, world: World, kept: FakeIdempotencyLayer
):
    read_video(world)
    read_video(world, "theirs", user_id=STRANGER)

    mine = client.post(SEGMENTS, RANGE, headers=KEY)
    theirs = client.stranger.post(SEGMENTS, {**RANGE, "video_id": "theirs"}, headers=KEY)

    assert mine.json["segment_id"] != theirs.json["segment_id"]


def test_given_an_exact_range_when_created_then_it_waits_to_be_cut_so(client: Client, world: World):
    read_video(world)
    target = {"height": 360, "captions": "1\n00:00:13,000 --> 00:00:14,000\nHello\n"}

    answer = client.post(SEGMENTS, {**RANGE, "cut": "accurate", "target": target})

    assert (answer.status, answer.json["cut"]) == (202, "accurate")
    row = world.segments.get(answer.json["segment_id"])
    assert row is not None
    assert row.target is not None
    assert (row.target.height, row.target.captions) == (360, None)
    assert row.target.captions_key in world.media.objects


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"video_id": VIDEO, "cut": "smart"}, "/cut"),
        ({**RANGE, "cut": "exactly"}, "/cut"),
        ({**RANGE, "cut": "smart", "target": {"height": 360}}, "/target"),
        ({**RANGE, "cut": "accurate", "target": {"height": 361}}, "/target/height"),
    ],
)
def test_given_a_cut_that_cannot_be_when_created_then_its_place_is_named(
    client: Client, world: World, body: dict[str, object], place: str
):
    read_video(world)

    with nothing_written(world):
        assert set(client.post(SEGMENTS, body).wrong) == {place}
