"""Requests by user and minute, in a table whose rows expire."""

from __future__ import annotations

from functions.adapters.dynamo.table import Table


class DynamoRequestCounts:
    def __init__(self, table: str) -> None:
        self._table = Table(table, "request counts")

    def hit(self, key: str, expires_at: int) -> int:
        return self._table.count({"rate_key": key}, "hits", also={"expires_at": expires_at})
