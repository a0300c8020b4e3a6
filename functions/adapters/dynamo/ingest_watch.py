"""Videos that are fetched, by an index that holds no others."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from functions.adapters.dynamo.table import Table
from functions.domain.runs.lease import watch_shard
from functions.domain.times import to_iso
from functions.domain.video import Video, VideoStatus

FETCHED: Final = "watch_shard-updated_at-index"


def watched(video: Video) -> dict[str, Any]:
    """What puts a video into the index."""
    fetched = video.status is VideoStatus.INGESTING
    return {"watch_shard": watch_shard(video.video_id)} if fetched else {}


class DynamoIngestWatch:
    def __init__(self, table: str) -> None:
        self._table = Table(table, "videos")

    def waiting(self, shard: str, before: datetime, limit: int) -> list[str]:
        rows = self._table.query(
            "watch_shard = :shard AND updated_at < :before",
            {":shard": shard, ":before": to_iso(before)},
            limit=limit,
            index=FETCHED,
        )
        return [str(row["video_id"]) for row in rows.items]
