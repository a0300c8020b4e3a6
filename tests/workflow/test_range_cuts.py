"""A range of a video, from its pending row to its file, on the deployed state machine."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from PIL import Image

from functions.domain.segments.segment import SegmentStatus
from functions.domain.times import utc_now
from tests.contract.packets import packets
from tests.media.make import encoded, talk
from tests.support.cloud import PATIENCE_S, Cloud
from tests.workflow.executions import KILLED, attempts, errors
from tests.workflow.ranges import Ranges, adapters_reach
from tests.workflow.workers import kill, workers

SECOND = 1_000


@pytest.fixture
def ranges(cloud: Cloud) -> Iterator[Ranges]:
    with adapters_reach(cloud):
        yield Ranges(cloud)


def test_given_a_range_when_it_is_cut_then_its_file_holds_all_that_was_asked(
    cloud: Cloud, ranges: Ranges, ready: dict[str, Any], tmp_path: Path
) -> None:
    """A keyframe each second: 2.3 to 4.2 is from two to five."""
    video_id = ready["video_id"]

    segment_id = ranges.ask(video_id, 2_300, 4_200)
    segment = ranges.settled(segment_id)

    assert segment.status is SegmentStatus.READY, segment.error
    assert (segment.start, segment.end) == (2_300, 4_200)
    assert (segment.actual_start, segment.actual_end) == (2_000, 5_000)
    assert (segment.frame_count, segment.has_sound) == (75, True)
    assert (segment.width, segment.height) == (320, 180)
    assert ranges.over(segment_id) == "SUCCEEDED"
    assert ranges.objects(video_id, segment_id) == ranges.whole(video_id, segment_id)
    shown = cloud.call("GET", f"/api/segments/{segment_id}").json
    assert (shown["status"], shown["file_size"]) == ("ready", segment.file_size)
    file = cloud.fetch(shown, tmp_path / "range.mp4")
    assert file.stat().st_size == segment.file_size
    assert len(packets(file)["0"]) == 75


@pytest.mark.parametrize(
    ("cut", "target", "size"),
    [
        ("smart", {}, (320, 180)),
        ("accurate", {}, (320, 180)),
        ("accurate", {"target": {"shape": "9:16", "height": 160}}, (90, 160)),
    ],
)
def test_given_a_range_to_cut_at_the_frame_when_it_is_cut_then_its_file_is_just_that(
    cloud: Cloud,
    ranges: Ranges,
    ready: dict[str, Any],
    tmp_path: Path,
    cut: str,
    target: dict[str, Any],
    size: tuple[int, int],
) -> None:
    """And its thumbnail has its shape."""
    asked = {"video_id": ready["video_id"], "start": 2.32, "end": 5.2, "cut": cut, **target}

    answer = cloud.call("POST", "/api/segments", asked)
    segment = ranges.settled(answer.json["segment_id"])

    assert segment.status is SegmentStatus.READY, segment.error
    assert (segment.cut, segment.cut_reason, segment.frame_count) == (cut, None, 72)
    assert (segment.actual_start, segment.actual_end) == (2_320, 5_200)
    assert (segment.width, segment.height) == size
    thumbnail = cloud.call("GET", f"/api/segments/{segment.thumbnail_id}").json
    with Image.open(cloud.fetch(thumbnail, tmp_path / "thumbnail.jpg")) as picture:
        assert (picture.format, picture.size) == ("JPEG", size)


def test_given_a_range_when_it_is_started_again_and_again_then_it_is_cut_once(
    ranges: Ranges, ready: dict[str, Any]
) -> None:
    segment_id = ranges.pending(ready["video_id"], 0, 2_000)

    for _ in range(3):
        ranges.start(segment_id)

    assert ranges.settled(segment_id).version == 2
    assert ranges.over(segment_id) == "SUCCEEDED"
    events = ranges.history(segment_id)
    assert attempts(events, "Cut range") == len(errors(events)) + 1


def test_given_a_source_without_an_index_when_a_range_of_it_is_cut_then_it_is_there(
    cloud: Cloud, ranges: Ranges, tmp_path: Path
) -> None:
    source = encoded(tmp_path / "stream.ts", seconds=8)
    video = cloud.finished(cloud.upload(source, content_type="video/mp2t"))
    assert video["status"] == "ready", video["error"]

    segment = ranges.settled(ranges.ask(video["video_id"], 3_500, 5_500))

    assert segment.status is SegmentStatus.READY, segment.error
    assert segment.actual_start is not None
    assert segment.actual_end is not None
    assert 2_500 < segment.actual_start <= 3_500
    assert 5_500 <= segment.actual_end < 6_600


def test_given_a_source_that_is_gone_when_a_range_of_it_is_cut_then_it_fails_and_says_so(
    cloud: Cloud, ranges: Ranges, clip: Path
) -> None:
    video = cloud.finished(cloud.upload(clip))
    video_id = video["video_id"]
    key = cloud.announced_key(video_id)
    cloud.client("s3").delete_object(Bucket=cloud.outputs.media_bucket, Key=key)

    segment_id = ranges.ask(video_id, SECOND, 2 * SECOND)
    segment = ranges.settled(segment_id)

    assert segment.status is SegmentStatus.FAILED
    assert segment.error
    assert (segment.error.code, segment.error.stage) == ("source.missing", "cut")
    assert ranges.over(segment_id) == "FAILED"
    told = [error for error in errors(ranges.history(segment_id)) if error not in KILLED]
    assert told == ["Permanent"]
    assert ranges.objects(video_id, segment_id) == []
    shown = cloud.call("GET", f"/api/segments/{segment_id}").json
    assert (shown["status"], shown["error"]["code"]) == ("failed", "source.missing")


def test_given_a_segment_that_was_deleted_when_it_is_cut_then_the_execution_ends_quietly(
    ranges: Ranges, ready: dict[str, Any]
) -> None:
    segment_id = ranges.pending(ready["video_id"], 0, 2_000)
    segment = ranges.store.get(segment_id)
    assert segment
    ranges.store.delete(segment, utc_now())

    ranges.start(segment_id)

    assert ranges.over(segment_id) == "SUCCEEDED"
    assert ranges.store.get(segment_id) is None
    assert ranges.objects(ready["video_id"], segment_id) == []


def test_given_a_cut_under_way_when_its_worker_is_killed_then_it_is_cut_again(
    cloud: Cloud, ranges: Ranges, ready: dict[str, Any]
) -> None:
    """Every worker of the cut goes until the call was in one that went: some are too fast."""
    segment_id = ranges.ask(ready["video_id"], 2_300, 4_200)
    until = time.monotonic() + PATIENCE_S
    while not errors(ranges.history(segment_id)):
        assert time.monotonic() < until, "the cut was never called"
        kill(workers(cloud, "cut_range"))
        if ranges.is_over(segment_id) and not errors(ranges.history(segment_id)):
            segment_id = ranges.ask(ready["video_id"], 2_300, 4_200)

    segment = ranges.settled(segment_id)

    assert segment.status is SegmentStatus.READY, segment.error
    assert (segment.actual_start, segment.actual_end) == (2_000, 5_000)
    events = ranges.history(segment_id)
    assert set(errors(events)) <= KILLED
    assert attempts(events, "Cut range") == len(errors(events)) + 1
    assert ranges.objects(ready["video_id"], segment_id) == ranges.whole(
        ready["video_id"], segment_id
    )
    assert segment.thumbnail_id
    assert ranges.store.get(segment.thumbnail_id)


def _stopped(ranges: Ranges, video_id: str) -> str:
    """A range whose cut was stopped on its way: a busy machine may come too late for some."""
    for _ in range(20):
        segment_id = ranges.ask(video_id, 0, SECOND)
        try:
            ranges.stop(segment_id)
        except ClientError as error:
            if "not running" not in str(error):
                raise
        else:
            return segment_id
    raise AssertionError("each was cut before it was stopped")


def test_given_a_cut_under_way_when_its_execution_is_stopped_then_the_segment_has_failed(
    cloud: Cloud, ranges: Ranges, tmp_path: Path
) -> None:
    source = talk(tmp_path / "stopped.mp4", seconds=4, gop=25)
    video = cloud.finished(cloud.upload(source))

    segment_id = _stopped(ranges, video["video_id"])

    segment = ranges.settled(segment_id)
    assert segment.status is SegmentStatus.FAILED
    assert segment.error
    assert segment.error.code == "cut.internal"
