"""A video comes in by each of its ways and goes out as segments."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.media.make import talk
from tests.support.cloud import Cloud


@pytest.mark.parametrize("name", ["plain.mp4", "two words + 100% “quoted” 😀 שלום.mp4"])
def test_given_a_dropped_file_when_it_has_arrived_then_it_comes_out_as_segments(
    cloud: Cloud, tmp_path: Path, name: str
) -> None:
    source = talk(tmp_path / "source.mp4", seconds=75)

    cloud.drop(source, name)
    video = cloud.finished(cloud.video_of(name)["video_id"])

    assert video["status"] == "ready", video["error"]
    assert video["segment_count"] == 3
    segments = cloud.segments(video["video_id"], "processed")
    assert [segment["segment_number"] for segment in segments] == [1, 2, 3]
    assert sum(segment["frame_count"] for segment in segments) == 75 * 25
    assert len(cloud.segments(video["video_id"], "thumbnail")) == 4
    assert len(cloud.segments(video["video_id"], "audio")) == 1
    assert len(cloud.segments(video["video_id"], "original")) == 1


def test_given_a_segment_when_downloaded_then_a_player_can_start_before_its_end_is_there(
    cloud: Cloud, tmp_path: Path
) -> None:
    video_id = cloud.upload(talk(tmp_path / "index.mp4", seconds=6))
    cloud.finished(video_id)

    for kind in ("processed", "audio"):
        (segment,) = cloud.segments(video_id, kind)
        body = cloud.fetch(segment, tmp_path / kind).read_bytes()
        assert len(body) == segment["file_size"]
        assert body.index(b"moov") < body.index(b"mdat")
