"""Segments that wait to be cut, by an index that holds no others."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from functions.adapters.dynamo.table import Table
from functions.domain.times import to_iso

WAITING: Final = "watch_shard-created_at-index"


class DynamoSegmentWatch:
    def __init__(self, table: str) -> None:
        self._table = Table(table, "segments")

    def waiting(self, shard: str, before: datetime, limit: int) -> list[str]:
        rows = self._table.query(
            "watch_shard = :shard AND created_at < :before",
            {":shard": shard, ":before": to_iso(before)},
            limit=limit,
            index=WAITING,
        )
        return [str(row["segment_id"]) for row in rows.items]
