"""Webhooks in DynamoDB: a user's subscriptions side by side, and beside them how many there are."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import fields, replace
from typing import Any, Final

from functions.adapters.dynamo.failures import ConditionFailedError
from functions.adapters.dynamo.table import Table
from functions.adapters.dynamo.transaction import Condition, Transaction
from functions.domain.codec import from_plain, to_plain
from functions.domain.errors import ConflictError, StaleWriteError
from functions.domain.webhooks.webhook import Replay, Webhook

# Sorts before every id, as does what follows it here.
COUNT: Final = "#count"
_IDS: Final = "$"
_KEY: Final = {"user_id", "webhook_id"}
# Written by deliveries, by expressions of their own.
_HEALTH: Final = {
    "replay", "failures", "failing_since", "delivered_at", "strikes", "held_until", "places",
}  # fmt: skip
_BY_USER: Final = [
    one.name for one in fields(Webhook) if one.name not in _KEY | _HEALTH | {"version"}
]


class DynamoWebhookStore:
    def __init__(self, table: str) -> None:
        self._table = Table(table, "webhooks")

    def create(self, webhook: Webhook, limit: int) -> bool:
        row = to_plain(replace(webhook, version=1))
        write = Transaction("webhooks")
        write.put(self._table, row, "attribute_not_exists(webhook_id)")
        room = Condition("attribute_not_exists(webhooks) OR webhooks < :limit", {":limit": limit})
        write.add(self._table, _count_key(webhook), {"webhooks": 1}, only=room)
        try:
            write.commit()
        except ConditionFailedError as error:
            if self.get(webhook.user_id, webhook.webhook_id):
                return False
            raise _too_many(limit) from error
        return True

    def get(self, user_id: str, webhook_id: str) -> Webhook | None:
        row = self._table.get({"user_id": user_id, "webhook_id": webhook_id})
        return from_plain(Webhook, row) if row and "url" in row else None

    def of_user(self, user_id: str) -> list[Webhook]:
        rows = self._table.query(
            "user_id = :user AND webhook_id > :first",
            {":user": user_id, ":first": _IDS},
            consistent=True,
        )
        return [from_plain(Webhook, row) for row in rows.items]

    def save(self, webhook: Webhook, *, well: bool = False) -> Webhook:
        saved = replace(webhook, version=webhook.version + 1)
        change, values, names = _set_by_user(to_plain(saved), well=well)
        try:
            self._table.update(_key(webhook), change, "#version = :read", values, names)
        except ConditionFailedError as error:
            raise StaleWriteError("The webhook") from error
        return self.get(webhook.user_id, webhook.webhook_id) or saved

    def delete(self, webhook: Webhook) -> None:
        write = Transaction("webhooks")
        known, names = {":read": webhook.version}, {"#version": "version"}
        write.delete(self._table, _key(webhook), "#version = :read", known, names)
        write.add(self._table, _count_key(webhook), {"webhooks": -1})
        try:
            write.commit()
        except ConditionFailedError as error:
            raise StaleWriteError("The webhook") from error

    def begin_replay(self, webhook: Webhook, replay: Replay) -> None:
        other = "attribute_not_exists(replay) OR replay.replay_id <> :id"
        with suppress(ConditionFailedError):
            self._replay(webhook, replay, f"attribute_exists(created_at) AND ({other})")

    def note_replay(self, webhook: Webhook, replay: Replay) -> bool:
        try:
            self._replay(webhook, replay, "replay.replay_id = :id")
        except ConditionFailedError:
            return False
        return True

    def _replay(self, webhook: Webhook, replay: Replay, condition: str) -> None:
        values = {":replay": to_plain(replay), ":id": replay.replay_id}
        self._table.update(_key(webhook), "SET replay = :replay", condition, values)


def _set_by_user(
    plain: dict[str, Any], *, well: bool
) -> tuple[str, dict[str, Any], dict[str, str]]:
    """An expression that sets what its user has set; what is None goes."""
    values = {f":{name}": plain[name] for name in _BY_USER if name in plain}
    values |= {":read": plain["version"] - 1, ":version": plain["version"]}
    sets = ["#version = :version", *(f"#{name} = :{name}" for name in _BY_USER if name in plain)]
    removes = [f"#{name}" for name in _BY_USER if name not in plain]
    if well:
        values[":none"] = 0
        sets += ["failures = :none", "strikes = :none"]
        removes += ["failing_since", "held_until"]
    change = "SET " + ", ".join(sets) + (" REMOVE " + ", ".join(removes) if removes else "")
    return change, values, {f"#{name}": name for name in ("version", *_BY_USER)}


def _key(webhook: Webhook) -> dict[str, str]:
    return {"user_id": webhook.user_id, "webhook_id": webhook.webhook_id}


def _count_key(webhook: Webhook) -> dict[str, str]:
    return {"user_id": webhook.user_id, "webhook_id": COUNT}


def _too_many(limit: int) -> ConflictError:
    return ConflictError(
        "webhook.limit_reached",
        f"Your tier allows {limit} webhooks. Delete one, or move to a higher tier.",
    )
