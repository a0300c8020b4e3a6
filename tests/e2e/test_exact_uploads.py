"""Uploads that are to be cut at the frame: each frame is in the segment it was asked for in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.outcome import require_whole
from tests.media import numbered as make
from tests.support.cloud import Cloud

LENGTH_S = 3.33
TARGET = {"height": 144, "crf": 30, "shape": "1:1", "offset": 0, "loudness": -16}
CUTS: dict[str, tuple[dict[str, Any], tuple[int, int]]] = {
    "smart": ({"cut": "smart"}, (256, 144)),
    "accurate": ({"cut": "accurate"}, (256, 144)),
    "to-a-target": ({"cut": "accurate", "target": TARGET}, (144, 144)),
}


@pytest.mark.parametrize(("options", "size"), CUTS.values(), ids=CUTS)
def test_given_an_upload_to_cut_at_the_frame_when_it_is_ready_then_its_segments_are_exact(
    cloud: Cloud, tmp_path: Path, options: dict[str, Any], size: tuple[int, int]
) -> None:
    source = make.numbered(tmp_path / "source.mp4")
    asked = {"segmentation": {"mode": "fixed", "length_s": LENGTH_S, **options}}

    video = cloud.finished(cloud.upload(source, options=asked))

    segments = require_whole(cloud, video, count=3)
    assert {(row["cut"], row["cut_reason"]) for row in segments} == {(options["cut"], None)}
    assert [row["actual_start"] for row in segments] == [0, 3.36, 6.68]
    assert [row["frame_count"] for row in segments] == [84, 83, 83]
    assert {(row["width"], row["height"]) for row in segments} == {size}


def test_given_a_smart_cut_when_its_segments_are_fetched_then_each_frame_is_there_once(
    cloud: Cloud, tmp_path: Path
) -> None:
    source = make.numbered(tmp_path / "source.mp4")
    asked = {"segmentation": {"mode": "fixed", "length_s": LENGTH_S, "cut": "smart"}}

    video = cloud.finished(cloud.upload(source, options=asked))

    numbers = [
        frame.number
        for row in cloud.segments(video["video_id"], "processed")
        for frame in make.shown(cloud.fetch(row, tmp_path / f"{row['segment_number']}.mp4"))
    ]
    assert numbers == list(range(250))
