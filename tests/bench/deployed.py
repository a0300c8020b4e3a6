"""Times of the deployed pipeline on a local cloud of its own."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from tests.support.cloud import Cloud
from tests.support.session_cloud import shared_cloud

PATIENCE_S = 300


def cloud_times(source: Path) -> tuple[float, float]:
    """Seconds from the object's arrival to the first segment's row, and to the end of the run.

    One small file goes before: the functions are warm, as on a busy day.
    """
    with tempfile.TemporaryDirectory() as folder, shared_cloud(Path(folder) / "cloud") as outputs:
        cloud = Cloud(outputs)
        cloud.drop(source, "before.mp4", user="enterprise")
        cloud.finished(cloud.video_of("before.mp4", "enterprise")["video_id"], "enterprise")
        cloud.drop(source, "measured.mp4", user="enterprise")
        began = time.monotonic()
        video_id = cloud.video_of("measured.mp4", "enterprise")["video_id"]
        first: float | None = None
        while time.monotonic() - began < PATIENCE_S:
            if first is None and cloud.segments(video_id, "processed", "enterprise"):
                first = time.monotonic() - began
            video = cloud.call("GET", f"/api/videos/{video_id}", user="enterprise").json
            if video["status"] in {"ready", "failed"}:
                break
            time.sleep(0.05)
        if video["status"] != "ready" or first is None:
            raise AssertionError(f"the run ended as {video}")
        return first, time.monotonic() - began
