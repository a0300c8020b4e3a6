"""Transcriptions that are under way, in DynamoDB. Rows that wait are in an index of few shards."""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from functions.adapters.dynamo.failures import ConditionFailedError
from functions.adapters.dynamo.table import Table
from functions.domain.codec import from_plain, to_plain
from functions.domain.errors import StaleWriteError
from functions.domain.times import to_iso
from functions.domain.transcripts.transcription import KEPT, Transcription, WaitState

BY_CHECK: Final = "wait_shard-check_at-index"
SHARDS: Final = 4


class DynamoTranscriptionStore:
    def __init__(self, table: str) -> None:
        self._table = Table(table, "transcriptions")

    def get(self, video_id: str, window_id: str) -> Transcription | None:
        row = self._table.get({"video_id": video_id, "window_id": window_id})
        return from_plain(Transcription, row) if row else None

    def save(self, row: Transcription) -> Transcription:
        saved = replace(row, version=row.version + 1)
        condition = "#version = :read" if row.version else "attribute_not_exists(video_id)"
        values = {":read": row.version} if row.version else {}
        names = {"#version": "version"} if row.version else {}
        try:
            self._table.put(_row(saved), condition, values, names)
        except ConditionFailedError as error:
            raise StaleWriteError("The transcription") from error
        return saved

    def due(self, now: datetime, limit: int) -> list[Transcription]:
        found: list[Transcription] = []
        for shard in range(SHARDS):
            rows = self._table.query(
                "wait_shard = :shard AND check_at <= :now",
                {":shard": str(shard), ":now": to_iso(now)},
                limit=limit,
                index=BY_CHECK,
            )
            found += [from_plain(Transcription, row) for row in rows.items]
        return sorted(found, key=lambda row: row.check_at)[:limit]


def _row(row: Transcription) -> dict[str, Any]:
    """Only what waits has a shard, and so is in the index."""
    plain: dict[str, Any] = to_plain(row)
    plain["expires_at"] = int((row.started_at + KEPT).timestamp())
    if row.state is WaitState.WAITING:
        plain["wait_shard"] = str(zlib.crc32(row.video_id.encode()) % SHARDS)
    return plain
