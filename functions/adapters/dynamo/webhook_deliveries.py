"""Deliveries in DynamoDB; an index holds only those that wait, by when they are due."""

from __future__ import annotations

import zlib
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from functions.adapters.dynamo.failures import ConditionFailedError
from functions.adapters.dynamo.table import Filter, Table
from functions.domain.codec import from_plain, to_plain
from functions.domain.paging import Page, Position
from functions.domain.times import to_iso
from functions.domain.webhooks.retries import SHARDS
from functions.domain.webhooks.webhook import Delivery, DeliveryState

BY_TRY: Final = "retry_shard-next_try_at-index"
# Rows that one page may read before a filter.
_READ: Final = 500
_NAMES: Final = {"#state": "state", "#turn": "turn"}


class DynamoDeliveryStore:
    def __init__(self, table: str) -> None:
        self._table = Table(table, "webhook deliveries")

    def create(self, delivery: Delivery) -> bool:
        row = {**to_plain(delivery), "expires_at": delivery.expires_at}
        if delivery.next_try_at:
            row["retry_shard"] = _shard_of(delivery)
        try:
            self._table.put(row, "attribute_not_exists(delivery_id)")
        except ConditionFailedError:
            return False
        return True

    def get(self, webhook_id: str, delivery_id: str) -> Delivery | None:
        row = self._table.get({"webhook_id": webhook_id, "delivery_id": delivery_id})
        return from_plain(Delivery, row) if row else None

    def of_webhook(
        self,
        webhook_id: str,
        *,
        limit: int,
        after: Position | None = None,
        state: DeliveryState | None = None,
    ) -> Page[Delivery]:
        only = _only(state) if state else None
        found: list[Delivery] = []
        read = 0
        while True:
            rows = self._table.query(
                "webhook_id = :webhook",
                {":webhook": webhook_id},
                {"#state": "state"} if only else None,
                limit=limit if only is None else _READ - read,
                after=after,
                forward=False,
                only=only,
            )
            read += rows.read
            found += [from_plain(Delivery, row) for row in rows.items]
            after = rows.next
            full = len(found) >= limit
            if full or after is None or read >= _READ:
                break
        if len(found) > limit:
            found = found[:limit]
            after = {"webhook_id": webhook_id, "delivery_id": found[-1].delivery_id}
        return Page(tuple(found), after, cut_short=len(found) < limit and after is not None)

    def begin(self, delivery: Delivery, until: datetime) -> Delivery | None:
        begun = replace(delivery, turn=delivery.turn + 1)
        change, values = "SET #turn = :more", {":more": begun.turn, **_seen(delivery)}
        if delivery.next_try_at is None or delivery.next_try_at < until:
            begun = replace(begun, next_try_at=until)
            change += ", next_try_at = :until"
            values[":until"] = to_iso(until)
        return begun if self._change(delivery, change, _UNTRIED, values) else None

    def end(self, delivery: Delivery) -> bool:
        plain = to_plain(delivery)
        names = ("attempts", "updated_at", "fault", "next_try_at")
        sets = ["#state = :state", *(f"{name} = :{name}" for name in names if name in plain)]
        removes = [name for name in names if name not in plain]
        removes += [] if delivery.next_try_at else ["retry_shard"]
        change = "SET " + ", ".join(sets)
        if removes:
            change += " REMOVE " + ", ".join(removes)
        values = {f":{name}": plain[name] for name in names if name in plain}
        values |= {":state": delivery.state.value, **_seen(delivery)}
        return self._change(delivery, change, _UNTRIED, values)

    def put_off(self, delivery: Delivery, until: datetime) -> bool:
        values = {":until": to_iso(until), **_seen(delivery)}
        condition = _UNTRIED
        if delivery.next_try_at:
            condition += " AND next_try_at = :known"
            values[":known"] = to_iso(delivery.next_try_at)
        return self._change(delivery, "SET next_try_at = :until", condition, values)

    def restart(self, delivery: Delivery, now: datetime, until: datetime) -> bool:
        values = {
            ":pending": DeliveryState.PENDING.value,
            ":known": to_iso(delivery.updated_at),
            ":now": to_iso(now),
            ":until": to_iso(until),
            ":shard": _shard_of(delivery),
            ":none": 0,
        }
        change = (
            "SET #state = :pending, #turn = :none, since = :now, updated_at = :now,"
            " next_try_at = :until, retry_shard = :shard REMOVE fault"
        )
        condition = "#state <> :pending AND updated_at = :known"
        return self._change(delivery, change, condition, values)

    def due(self, shard: int, now: datetime, limit: int) -> list[Delivery]:
        rows = self._table.query(
            "retry_shard = :shard AND next_try_at <= :now",
            {":shard": str(shard), ":now": to_iso(now)},
            limit=limit,
            index=BY_TRY,
        )
        keys = [
            {"webhook_id": str(row["webhook_id"]), "delivery_id": str(row["delivery_id"])}
            for row in rows.items
        ]
        found = [from_plain(Delivery, row) for row in self._table.get_many(keys)]
        waiting = [one for one in found if one.next_try_at and one.next_try_at <= now]
        return sorted(waiting, key=lambda one: (one.next_try_at, one.delivery_id))

    def _change(
        self, delivery: Delivery, change: str, condition: str, values: dict[str, Any]
    ) -> bool:
        key = {"webhook_id": delivery.webhook_id, "delivery_id": delivery.delivery_id}
        try:
            self._table.update(key, change, condition, values, _NAMES)
        except ConditionFailedError:
            return False
        return True


_UNTRIED: Final = "#state = :waiting AND #turn = :seen"


def _only(state: DeliveryState) -> Filter:
    return Filter("#state = :state", {":state": state.value})


def _seen(delivery: Delivery) -> dict[str, Any]:
    return {":waiting": DeliveryState.PENDING.value, ":seen": delivery.turn}


def _shard_of(delivery: Delivery) -> str:
    return str(zlib.crc32(delivery.delivery_id.encode()) % SHARDS)
