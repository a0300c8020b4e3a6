"""Which videos are gone, or about to go."""

from __future__ import annotations

from collections.abc import Collection

from functions.adapters.dynamo.table import Table
from functions.adapters.dynamo.video_marks import is_mark


class DynamoGoneVideos:
    def __init__(self, videos: str) -> None:
        self._videos = Table(videos, "videos")

    def gone(self, video_ids: Collection[str]) -> frozenset[str]:
        rows = self._videos.get_many([{"video_id": one} for one in sorted(video_ids)])
        there = {row["video_id"] for row in rows if not is_mark(row)}
        return frozenset(video_ids) - there
