"""The thumbnail of a range on the deployed cloud: found as others are, and gone with its range."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from functions.adapters.dynamo.counters import DynamoSegmentCounters
from functions.domain.segments.counts import SegmentCounts
from functions.domain.segments.segment import SegmentStatus
from tests.media import odd
from tests.support.cloud import PATIENCE_S, Cloud
from tests.workflow.ranges import Ranges, adapters_reach


@pytest.fixture
def ranges(cloud: Cloud) -> Iterator[Ranges]:
    with adapters_reach(cloud):
        yield Ranges(cloud)


@pytest.fixture
def video_id(cloud: Cloud, clip: Path) -> str:
    """Of its own, so that its counts are."""
    video = cloud.finished(cloud.upload(clip))
    assert video["status"] == "ready", video["error"]
    return str(video["video_id"])


def wait_for(what: Callable[[], Any]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not what():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.2)


def counted(ranges: Ranges, video_id: str) -> SegmentCounts:
    return DynamoSegmentCounters(ranges.environment("cut_range")["COUNTERS_TABLE"]).of_video(
        video_id
    )


def test_given_a_range_when_it_is_ready_then_its_thumbnail_is_found_as_others_are(
    cloud: Cloud, ranges: Ranges, video_id: str, tmp_path: Path
) -> None:
    segment_id = ranges.ask(video_id, 1_000, 3_000)
    ranges.settled(segment_id)

    shown = cloud.call("GET", f"/api/segments/{segment_id}").json
    thumbnail_id = shown["thumbnail_segment_id"]
    told = cloud.call("GET", f"/api/segments/{thumbnail_id}").json
    assert (told["thumbnail_of"], told["source"]) == (segment_id, "range")
    assert (told["segment_number"], told["start"], told["end"]) == (1_000, 1.0, 3.0)
    assert told in cloud.segments(video_id, "thumbnail")
    path = f"/api/segments?video_id={video_id}&segment_type=thumbnail&limit=100"
    assert told in cloud.call("GET", path).json["items"]
    file = cloud.fetch(told, tmp_path / "thumbnail.jpg")
    with Image.open(file) as picture:
        assert (picture.format, picture.size) == ("JPEG", (320, 180))
    assert file.stat().st_size == told["file_size"]


def test_given_planned_segments_when_they_are_ready_then_each_names_its_thumbnail(
    cloud: Cloud, ready: dict[str, Any]
) -> None:
    segments = cloud.segments(ready["video_id"], "processed")
    planned = [row for row in segments if row["source"] == "pipeline"]

    for row in planned:
        told = cloud.call("GET", f"/api/segments/{row['thumbnail_segment_id']}").json
        assert (told["segment_type"], told["thumbnail_of"]) == ("thumbnail", row["segment_id"])
        assert told["segment_number"] == row["segment_number"]
    assert len(planned) == 10


def test_given_a_ready_range_when_it_is_deleted_then_its_thumbnail_goes_and_counts_are_as_before(
    cloud: Cloud, ranges: Ranges, video_id: str
) -> None:
    before = counted(ranges, video_id)
    segment_id = ranges.ask(video_id, 1_000, 3_000)
    segment = ranges.settled(segment_id)
    assert counted(ranges, video_id).segments == before.segments + 2

    assert cloud.call("DELETE", f"/api/segments/{segment_id}").status == 204

    wait_for(lambda: not ranges.rows(segment_id))
    assert ranges.objects(video_id, segment_id) == []
    assert cloud.call("GET", f"/api/segments/{segment.thumbnail_id}").status == 404
    assert counted(ranges, video_id) == before


@pytest.mark.parametrize("pause_s", [0.0, 0.3, 0.6])
def test_given_a_range_that_is_deleted_while_it_is_cut_when_all_is_over_then_nothing_is_left(
    cloud: Cloud, ranges: Ranges, video_id: str, pause_s: float
) -> None:
    before = counted(ranges, video_id)
    segment_id = ranges.ask(video_id, 1_000, 3_000)
    time.sleep(pause_s)

    assert cloud.call("DELETE", f"/api/segments/{segment_id}").status == 204

    assert ranges.over(segment_id) in {"SUCCEEDED", "FAILED"}
    wait_for(lambda: not ranges.rows(segment_id))
    assert ranges.objects(video_id, segment_id) == []
    assert counted(ranges, video_id) == before


def test_given_a_thumbnail_when_it_is_deleted_alone_then_its_range_has_none(
    cloud: Cloud, ranges: Ranges, video_id: str
) -> None:
    segment_id = ranges.ask(video_id, 0, 2_000)
    segment = ranges.settled(segment_id)

    assert cloud.call("DELETE", f"/api/segments/{segment.thumbnail_id}").status == 204

    path = f"/api/segments/{segment_id}"
    wait_for(lambda: cloud.call("GET", path).json["thumbnail_segment_id"] is None)
    wait_for(lambda: ranges.objects(video_id, segment_id) == [segment.s3_key])
    assert ranges.rows(segment_id) == {segment_id}


def test_given_a_video_held_upright_when_a_range_is_cut_then_its_thumbnail_is_upright(
    cloud: Cloud, ranges: Ranges, tmp_path: Path
) -> None:
    video = cloud.finished(cloud.upload(odd.portrait(tmp_path / "phone.mp4")))

    segment = ranges.settled(ranges.ask(video["video_id"], 1_000, 2_000))

    shown = cloud.call("GET", f"/api/segments/{segment.thumbnail_id}").json
    with Image.open(cloud.fetch(shown, tmp_path / "thumbnail.jpg")) as picture:
        assert picture.size == (72, 128)


def test_given_sound_alone_when_a_range_of_it_is_cut_then_it_has_no_thumbnail(
    cloud: Cloud, ranges: Ranges, tmp_path: Path
) -> None:
    source = odd.covered_song(tmp_path / "song.m4a")
    video = cloud.finished(cloud.upload(source, content_type="audio/mp4"))

    segment = ranges.settled(ranges.ask(video["video_id"], 1_000, 2_000))

    assert (segment.status, segment.thumbnail_id) == (SegmentStatus.READY, None)
    assert ranges.objects(video["video_id"], segment.segment_id) == [segment.s3_key]
    assert cloud.segments(video["video_id"], "thumbnail") == []
