"""What every run must end in: a whole result, or one clear error with the source still there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.support.cloud import Cloud

EACH_TWO_SECONDS = {"segmentation": {"mode": "fixed", "length_s": 2}}

# A segment's length is measured to the millisecond; sound may end a frame after the picture.
LENGTH_TOLERANCE_S = 0.1


def require_failed(
    cloud: Cloud, video: Mapping[str, Any], key: str, code: str, stage: str, user: str = "pro"
) -> None:
    """One code and one stage, the same on the video and on its run; the source is kept."""
    assert video["status"] == "failed"
    error = video["error"]
    assert (error["code"], error["stage"]) == (code, stage), error
    assert error["detail"]
    run = cloud.run_of(video["video_id"], user)
    assert (run["status"], run["stage"], run["error"]) == ("failed", stage, error)
    assert [row["name"] for row in run["stages"] if row["status"] == "failed"] == [stage]
    assert run["finished_at"]
    assert cloud.holds(key)


def require_whole(cloud: Cloud, video: Mapping[str, Any], *, count: int) -> list[dict[str, Any]]:
    """Ready, with `count` segments in order that last as long as the source; returns them."""
    assert video["status"] == "ready", video["error"]
    assert video["error"] is None
    assert video["segment_count"] == count
    segments = cloud.segments(video["video_id"], "processed")
    assert [row["segment_number"] for row in segments] == list(range(1, count + 1))
    lasting = sum(row["duration"] for row in segments)
    assert abs(lasting - video["media"]["duration"]) <= LENGTH_TOLERANCE_S
    run = cloud.run_of(video["video_id"])
    assert (run["status"], run["percent"], run["error"]) == ("succeeded", 100, None)
    assert cloud.holds(cloud.announced_key(video["video_id"]))
    return segments
