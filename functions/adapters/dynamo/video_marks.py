"""What stands in the place of a video's row while it is being deleted: under no index's keys."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from functions.domain.codec import from_plain, to_plain
from functions.domain.times import to_iso
from functions.domain.video import Video


def to_mark(video: Video, now: datetime) -> dict[str, Any]:
    return {"video_id": video.video_id, "deleted_at": to_iso(now), "video": to_plain(video)}


def from_mark(row: Mapping[str, Any]) -> Video:
    return from_plain(Video, row["video"])


def is_mark(row: Mapping[str, Any]) -> bool:
    return "deleted_at" in row
