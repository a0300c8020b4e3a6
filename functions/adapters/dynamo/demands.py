"""Looks at posts that users have asked for, in DynamoDB, each for some days."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from functions.adapters.dynamo.failures import ConditionFailedError
from functions.adapters.dynamo.table import Table
from functions.domain.codec import from_plain, to_plain
from functions.domain.platforms.demands import KEPT, Demand

_ABSENT: Final = "attribute_not_exists(user_id)"


class DynamoDemands:
    def __init__(self, table: str) -> None:
        self._table = Table(table, "syncs")

    def create(self, demand: Demand) -> None:
        expires = int((demand.asked_at + KEPT).timestamp())
        with suppress(ConditionFailedError):
            self._table.put({**to_plain(demand), "told": {}, "expires_at": expires}, _ABSENT)

    def get(self, user_id: str, sync_id: str) -> Demand | None:
        row = self._table.get({"user_id": user_id, "sync_id": sync_id})
        return from_plain(Demand, row) if row else None

    def planned(self, demand: Demand) -> None:
        key = {"user_id": demand.user_id, "sync_id": demand.sync_id}
        values = {
            ":batches": demand.batches,
            ":posts": demand.posts,
            ":left": demand.left_out,
        }
        with suppress(ConditionFailedError):
            self._table.update(
                key,
                "SET batches = :batches, posts = :posts, left_out = :left",
                "attribute_exists(user_id) AND attribute_not_exists(batches)",
                values,
            )

    def tell(self, user_id: str, sync_id: str, batch: str, counts: Mapping[str, int]) -> None:
        with suppress(ConditionFailedError):
            self._table.update(
                {"user_id": user_id, "sync_id": sync_id},
                "SET told.#batch = :counts",
                "attribute_exists(user_id) AND attribute_not_exists(told.#batch)",
                {":counts": dict(counts)},
                {"#batch": f"b{batch}"},
            )
