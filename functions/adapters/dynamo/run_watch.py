"""Runs whose lease is over, by an index that holds only those that have not let their video go."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Final

from functions.adapters.dynamo.failures import ConditionFailedError
from functions.adapters.dynamo.runs import run_key
from functions.adapters.dynamo.table import Table
from functions.domain.runs.lease import lease_from
from functions.domain.runs.run import Run, RunStatus
from functions.domain.times import to_iso

BY_LEASE: Final = "watch_shard-lease_until-index"


class DynamoRunWatch:
    def __init__(self, table: str) -> None:
        self._table = Table(table, "pipeline runs")

    def due(self, shard: str, before: datetime, limit: int) -> list[tuple[str, str]]:
        rows = self._table.query(
            "watch_shard = :shard AND lease_until < :before",
            {":shard": shard, ":before": to_iso(before)},
            limit=limit,
            index=BY_LEASE,
        )
        return [(str(row["video_id"]), str(row["run_id"])) for row in rows.items]

    def postpone(self, run: Run, until: datetime) -> None:
        key, values = run_key(run.video_id, run.run_id), {":until": to_iso(until)}
        watched = "attribute_exists(watch_shard)"
        with suppress(ConditionFailedError):
            self._table.update(key, "SET lease_until = :until", watched, values)

    def revive(self, run: Run, now: datetime) -> bool:
        values = {
            ":queued": RunStatus.QUEUED.value,
            ":known": run.revived,
            ":more": run.revived + 1,
            ":until": to_iso(lease_from(now)),
        }
        try:
            self._table.update(
                run_key(run.video_id, run.run_id),
                "SET revived = :more, lease_until = :until",
                "#status = :queued AND revived = :known",
                values,
                {"#status": "status"},
            )
        except ConditionFailedError:
            return False
        return True
