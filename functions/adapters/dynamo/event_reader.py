"""The log of events, as it is read for webhooks: what is there, also where its time is over."""

from __future__ import annotations

from collections.abc import Sequence

from functions.adapters.dynamo.event_log import event_of
from functions.adapters.dynamo.table import Table
from functions.domain.events.event import Event


class DynamoEventReader:
    def __init__(self, table: str) -> None:
        self._table = Table(table, "events")

    def get(self, user_id: str, sequence: int) -> Event | None:
        row = self._table.get({"user_id": user_id, "sequence": sequence})
        return event_of(row).event if row else None

    def after(self, user_id: str, sequence: int, limit: int) -> Sequence[Event]:
        rows = self._table.query(
            "user_id = :user AND #sequence > :after",
            {":user": user_id, ":after": max(0, sequence)},
            {"#sequence": "sequence"},
            limit=limit,
            consistent=True,
        )
        return [event_of(row).event for row in rows.items]

    def last(self, user_id: str) -> int:
        row = self._table.get({"user_id": user_id, "sequence": 0})
        return int(row["last"]) if row else 0
