from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from functions.domain.segments.segment import SegmentStatus, SegmentType
from tests.builders import (
    RANGE,
    STRANGER,
    USER,
    VIDEO,
    make_pending,
    make_segment,
    make_video,
)
from tests.fakes.world import World
from tests.unit.api.client import Client
from tests.unit.api.stored import read_video

LIST = f"/api/videos/{VIDEO}/segments"
PROCESSED = {"segment_type": "processed"}


def _stored(world: World, count: int = 3, **video: object) -> None:
    """Written last first, so that an order in the answer is not that of writing."""
    world.videos.create(make_video(**video))
    for number in reversed(range(1, count + 1)):
        for kind in (SegmentType.PROCESSED, SegmentType.THUMBNAIL):
            world.segments.add([make_segment(segment_number=number, segment_type=kind)])
    world.segments.add([make_segment(segment_number=0, segment_type=SegmentType.AUDIO)])


def _named(answer) -> list[tuple[str, int]]:
    return [(item["segment_type"], item["segment_number"]) for item in answer.json["items"]]


def test_given_a_segment_when_read_then_its_times_are_seconds(client: Client, world: World):
    segment = make_segment(start=10_000, actual_start=10_040, duration=9_960, frame_count=249)
    world.segments.add([segment])

    answer = client.get(f"/api/segments/{segment.segment_id}")

    assert answer.status == 200
    told = answer.json
    assert (told["start"], told["actual_start"], told["duration"]) == (10.0, 10.04, 9.96)
    assert (told["end"], told["frame_count"], told["tags"]) == (None, 249, [])


def test_given_a_segment_with_a_thumbnail_when_read_then_each_names_the_other(
    client: Client, world: World
):
    picture = make_segment(segment_type=SegmentType.THUMBNAIL, segment_id="picture")
    segment = make_segment(thumbnail_id="picture")
    world.segments.add([segment, replace(picture, thumbnail_of=segment.segment_id)])

    shown = client.get(f"/api/segments/{segment.segment_id}").json
    back = client.get(f"/api/segments/{shown['thumbnail_segment_id']}").json

    assert (shown["thumbnail_segment_id"], shown["thumbnail_of"]) == ("picture", None)
    assert (back["thumbnail_segment_id"], back["thumbnail_of"]) == (None, segment.segment_id)


@pytest.mark.parametrize("path", ["", "/download"])
def test_given_another_user_s_segment_when_asked_for_then_it_is_told_as_an_absent_one_is(
    client: Client, world: World, path: str
):
    _stored(world)
    segment_id = make_segment().segment_id

    foreign = client.stranger.get(f"/api/segments/{segment_id}{path}")
    absent = client.stranger.get(f"/api/segments/none{path}")

    assert (foreign.status, foreign.code) == (404, "segment.not_found")
    assert foreign.text == absent.text


def test_given_segments_of_every_type_when_listed_then_they_are_by_type_and_number(
    client: Client, world: World
):
    _stored(world)

    assert _named(client.get(LIST)) == [
        ("audio", 0),
        *(("processed", number) for number in (1, 2, 3)),
        *(("thumbnail", number) for number in (1, 2, 3)),
    ]


def test_given_one_type_when_listed_then_only_it_is_there(client: Client, world: World):
    _stored(world)

    assert _named(client.get(LIST, query=PROCESSED)) == [
        ("processed", number) for number in (1, 2, 3)
    ]


def test_given_more_than_nine_segments_when_paged_through_then_ten_comes_after_nine(
    client: Client, world: World
):
    _stored(world, count=12)
    seen: list[int] = []
    query = {**PROCESSED, "limit": "5"}
    while True:
        answer = client.get(LIST, query=query)
        seen += [number for _, number in _named(answer)]
        if answer.json["next_cursor"] is None:
            break
        query["cursor"] = answer.json["next_cursor"]

    assert seen == list(range(1, 13))


@pytest.mark.parametrize("other", [{}, {"segment_type": "thumbnail"}])
def test_given_a_cursor_of_one_type_when_sent_with_another_then_it_is_refused(
    client: Client, world: World, other: dict[str, str]
):
    _stored(world)
    cursor = client.get(LIST, query={**PROCESSED, "limit": "1"}).json["next_cursor"]

    answer = client.get(LIST, query={**other, "cursor": cursor})

    assert (answer.status, answer.code) == (422, "request.invalid_cursor")


def test_given_a_cursor_of_one_video_when_sent_with_another_then_it_is_refused(
    client: Client, world: World
):
    _stored(world)
    world.videos.create(make_video(video_id="another"))
    cursor = client.get(LIST, query={"limit": "1"}).json["next_cursor"]

    answer = client.get("/api/videos/another/segments", query={"cursor": cursor})

    assert answer.code == "request.invalid_cursor"


def test_given_another_user_s_video_when_its_segments_are_listed_then_it_looks_absent(
    client: Client, world: World
):
    _stored(world, user_id=STRANGER)

    answer = client.get(LIST)

    assert (answer.status, answer.code) == (404, "video.not_found")


@pytest.mark.parametrize(
    ("kind", "key", "file_name", "expected"),
    [
        ("processed", "x/000002.mp4", "holiday.mov", "holiday-segment-002.mp4"),
        ("thumbnail", "x/000002.jpg", "holiday.mov", "holiday-thumbnail-002.jpg"),
        ("audio", "x/audio.m4a", "holiday.mov", "holiday-audio.m4a"),
        ("original", f"uploads/{USER}/{VIDEO}/source", "holiday.mov", "holiday.mov"),
        ("processed", "x/000002.mp4", "no extension", "no extension-segment-002.mp4"),
        ("processed", "x/000002.mp4", ".mp4", ".mp4-segment-002.mp4"),
        ("processed", "x/000002.webm", "v1.2 סוף.mkv", "v1.2 סוף-segment-002.webm"),
    ],
)
def test_given_a_segment_when_downloaded_then_the_file_has_the_user_s_name_and_says_what_it_is(
    client: Client, world: World, kind: str, key: str, file_name: str, expected: str
):
    segment = make_segment(segment_type=SegmentType(kind), segment_number=2, s3_key=key)
    world.videos.create(make_video(file_name=file_name))
    world.segments.add([segment])

    answer = client.get(f"/api/segments/{segment.segment_id}/download")

    assert (answer.status, answer.json["file_name"]) == (200, expected)
    query = parse_qs(urlsplit(answer.json["url"]).query)
    assert (query["name"], query["expires"]) == ([expected], ["900"])


def test_given_a_segment_whose_video_is_gone_when_downloaded_then_there_is_none(
    client: Client, world: World
):
    world.segments.add([make_segment()])

    answer = client.get(f"/api/segments/{make_segment().segment_id}/download")

    assert (answer.status, answer.code) == (404, "video.not_found")


@pytest.mark.parametrize(
    ("status", "code"), [("pending", "segment.not_ready"), ("failed", "segment.failed")]
)
def test_given_a_range_without_a_file_when_downloaded_then_it_is_a_conflict(
    client: Client, world: World, status: str, code: str
):
    world.videos.create(make_video())
    world.segments.create(make_pending(status=SegmentStatus(status)))

    answer = client.get(f"/api/segments/{RANGE}/download")

    assert (answer.status, answer.code) == (409, code)


def test_given_an_upload_as_a_segment_when_downloaded_then_it_has_the_video_s_own_name(
    client: Client, world: World
):
    read_video(world, file_name="holiday.mov")
    made = client.post("/api/segments", {"video_id": VIDEO}).json

    answer = client.get(f"/api/segments/{made['segment_id']}/download")

    assert answer.json["file_name"] == "holiday.mov"
    assert parse_qs(urlsplit(answer.json["url"]).query)["version"] == ["v1"]
