"""How receivers do, on the rows of their webhooks: a few places, each with an end of its own, so
that nobody who dies there keeps one."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from functions.adapters.dynamo.failures import ConditionFailedError
from functions.adapters.dynamo.table import Table
from functions.domain.times import to_iso
from functions.domain.webhooks.ports import Mood
from functions.domain.webhooks.retries import STRIKES, held_until
from functions.domain.webhooks.webhook import Webhook

PLACES: Final = ("a", "b", "c", "d")
_FREE: Final = (
    "attribute_exists(created_at)"
    " AND (attribute_not_exists(places.#place) OR places.#place <= :now)"
    " AND (attribute_not_exists(held_until) OR held_until <= :now)"
)
_AFTER: Final = {
    None: "REMOVE places.#place",
    Mood.TAKEN: "SET delivered_at = :at, strikes = :none, failures = :none"
    " REMOVE places.#place, failing_since, held_until",
    Mood.REFUSED: "SET strikes = :none, failing_since = if_not_exists(failing_since, :at)"
    " REMOVE places.#place, held_until ADD failures :one",
    Mood.SILENT: "SET failing_since = if_not_exists(failing_since, :at)"
    " REMOVE places.#place ADD failures :one, strikes :one",
}
_NEEDS: Final = {
    None: (),
    Mood.TAKEN: (":at", ":none"),
    Mood.REFUSED: (":at", ":none", ":one"),
    Mood.SILENT: (":at", ":one"),
}
_TRIES: Final = 2


class DynamoReceiverHealth:
    def __init__(self, table: str) -> None:
        self._table = Table(table, "webhooks")

    def enter(self, webhook: Webhook, now: datetime, until: datetime) -> str | None:
        if webhook.held_until and webhook.held_until > now:
            return None
        there = PLACES if webhook.strikes < STRIKES else PLACES[:1]
        free = [one for one in there if one not in webhook.places or webhook.places[one] <= now]
        random.shuffle(free)
        values = {":now": to_iso(now), ":until": to_iso(until)}
        for place in free[:_TRIES]:
            names = {"#place": place}
            with suppress(ConditionFailedError):
                self._table.update(
                    _key(webhook), "SET places.#place = :until", _FREE, values, names
                )
                return place
        return None

    def leave(self, webhook: Webhook, place: str, mood: Mood | None, at: datetime) -> None:
        every: dict[str, Any] = {":at": to_iso(at), ":none": 0, ":one": 1}
        values = {name: every[name] for name in _NEEDS[mood]}
        with suppress(ConditionFailedError):
            self._update(webhook, _AFTER[mood], values, {"#place": place})
            if mood is Mood.SILENT:
                self._hold(webhook, at)

    def _hold(self, webhook: Webhook, at: datetime) -> None:
        row = self._table.get(_key(webhook)) or {}
        until = held_until(int(row.get("strikes", 0)), at)
        if until is not None:
            self._update(webhook, "SET held_until = :until", {":until": to_iso(until)}, None)

    def _update(
        self, webhook: Webhook, change: str, values: dict[str, Any], names: dict[str, str] | None
    ) -> None:
        """Nothing is written for one that was deleted meanwhile."""
        self._table.update(_key(webhook), change, "attribute_exists(created_at)", values, names)


def _key(webhook: Webhook) -> dict[str, str]:
    return {"user_id": webhook.user_id, "webhook_id": webhook.webhook_id}
