"""Every mode on the deployed cloud, and new cuts of an old video."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.outcome import require_whole
from tests.media.make import ffmpeg
from tests.support.cloud import Cloud

COLOURS = ("black", "white", "red")
LENGTH_S = 12


def scenes_and_pauses(target: Path) -> Path:
    """Three pictures of four seconds; a tone that pauses from 5 to 6 and from 9 to 9.6 seconds."""
    pictures = [
        word
        for colour in COLOURS
        for word in ("-f", "lavfi", "-i", f"color={colour}:s=320x180:r=25:d=4")
    ]
    silent = "volume=0:enable='between(t,5,6)+between(t,9,9.6)'"
    ffmpeg(
        *pictures, "-f", "lavfi", "-i", f"sine=440:d={LENGTH_S}:r=48000",
        "-filter_complex", f"[0][1][2]concat=n=3[v];[3]{silent}[a]", "-map", "[v]", "-map", "[a]",
        "-c:v", "libx264", "-g", "25", "-pix_fmt", "yuv420p", "-c:a", "aac", str(target),
    )  # fmt: skip
    return target


MODES: dict[str, tuple[dict[str, Any], list[float]]] = {
    "scenes": ({"mode": "scenes"}, [0, 4, 8]),
    "silence": ({"mode": "silence", "min_length_s": 2, "cut": "smart"}, [0, 5.5, 9.3]),
    "parts": ({"mode": "parts", "parts": 3}, [0, 4, 8]),
    "size": ({"mode": "size", "size_mb": 1, "max_length_s": 7}, [0, 7]),
    "none": ({"mode": "none"}, [0]),
}


@pytest.mark.parametrize(("options", "starts"), MODES.values(), ids=MODES)
def test_given_a_mode_when_an_upload_asks_for_it_then_the_video_is_divided_so(
    cloud: Cloud, tmp_path: Path, options: dict[str, Any], starts: list[float]
) -> None:
    source = scenes_and_pauses(tmp_path / "source.mp4")

    video = cloud.finished(cloud.upload(source, options={"segmentation": options}))

    segments = require_whole(cloud, video, count=len(starts))
    assert [row["actual_start"] for row in segments] == pytest.approx(starts, abs=0.05)


def test_given_a_cut_video_when_it_is_cut_anew_then_only_what_changed_is_made(
    cloud: Cloud, tmp_path: Path
) -> None:
    source = scenes_and_pauses(tmp_path / "source.mp4")
    asked = {"segmentation": {"mode": "parts", "parts": 4}}
    video_id = cloud.upload(source, options=asked)
    cloud.finished(video_id)
    first = {row["start"]: row for row in cloud.segments(video_id, "processed")}

    # Its cut at 6 seconds is one of those before.
    answer = cloud.call(
        "POST",
        "/api/pipeline/start",
        {"video_id": video_id, "segmentation": {"mode": "parts", "parts": 2}},
    )
    assert answer.status == 202
    halves = require_whole(cloud, cloud.finished(video_id), count=2)
    again = cloud.call(
        "POST",
        "/api/pipeline/start",
        {
            "video_id": video_id,
            "segmentation": {
                "mode": "ranges",
                "ranges": [
                    {"start": 6, "end": 12, "title": "The second half"},
                    {"start": 1.5, "end": 2.5},
                ],
                "cut": "accurate",
            },
        },
    )
    assert again.status == 202
    video = cloud.finished(video_id)

    assert {row["start"] for row in halves} == {0, 6}
    assert not {row["segment_id"] for row in halves} & {row["segment_id"] for row in first.values()}
    rows = cloud.segments(video_id, "processed")
    assert video["status"] == "ready"
    assert [(row["start"], row["end"], row["title"]) for row in rows] == [
        (6, 12, "The second half"),
        (1.5, 2.5, None),
    ]
    assert [row["frame_count"] for row in rows] == [150, 25]
    # The sound of the whole video stays, whatever is cut out of it.
    [sound] = cloud.segments(video_id, "audio")
    assert sound["duration"] == pytest.approx(LENGTH_S, abs=0.1)


def test_given_preferences_when_a_file_is_dropped_then_it_is_cut_so(
    cloud: Cloud, tmp_path: Path
) -> None:
    particular = "pro2"
    wanted = {"segmentation": {"mode": "fixed", "length_s": 5, "overlap_s": 1}}
    answer = cloud.call("PUT", "/api/preferences", wanted, user=particular)
    assert answer.status == 200
    source = scenes_and_pauses(tmp_path / "source.mp4")

    cloud.drop(source, "dropped for once.mp4", user=particular)
    video = cloud.video_of("dropped for once.mp4", user=particular)
    video = cloud.finished(video["video_id"], user=particular)

    rows = cloud.segments(video["video_id"], "processed", user=particular)
    assert [(row["start"], row["end"]) for row in rows] == [(0, 5), (4, 9), (8, 12)]
    assert all(row["actual_start"] <= row["start"] for row in rows)
    assert all(row["actual_end"] >= row["end"] - 0.05 for row in rows)
    usual = {"segmentation": {"mode": "fixed"}}
    assert cloud.call("PUT", "/api/preferences", usual, user=particular).status == 200
