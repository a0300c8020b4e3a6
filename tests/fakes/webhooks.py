"""Webhooks in memory: stores, receivers that answer as they are told, a queue that is a list."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from functions.domain.errors import ConflictError, StaleWriteError
from functions.domain.events.event import Event, EventType, event_id_of
from functions.domain.ingests.web_urls import UrlError
from functions.domain.paging import Page, Position
from functions.domain.webhooks.ports import (
    Mood,
    Posted,
    ReceiverError,
    ReplayTask,
    SendTask,
)
from functions.domain.webhooks.retries import SHARDS, STRIKES, held_until
from functions.domain.webhooks.webhook import Delivery, DeliveryState, Replay, Webhook
from functions.services.webhooks.deliveries import WebhookContext
from tests.builders import USER
from tests.fakes.clock import FakeClock
from tests.fakes.vault import FakeVault

PLACES = ("a", "b", "c", "d")
Key = tuple[str, str]


@dataclass
class FakeWebhookStore:
    rows: dict[Key, Webhook] = field(default_factory=dict)
    lock: Any = field(default_factory=threading.Lock, repr=False)

    def create(self, webhook: Webhook, limit: int) -> bool:
        if (webhook.user_id, webhook.webhook_id) in self.rows:
            return False
        if len(self.of_user(webhook.user_id)) >= limit:
            raise ConflictError("webhook.limit_reached", f"Your tier allows {limit} webhooks.")
        self.rows[webhook.user_id, webhook.webhook_id] = replace(webhook, version=1)
        return True

    def get(self, user_id: str, webhook_id: str) -> Webhook | None:
        return self.rows.get((user_id, webhook_id))

    def of_user(self, user_id: str) -> list[Webhook]:
        return [row for (owner, _), row in sorted(self.rows.items()) if owner == user_id]

    def save(self, webhook: Webhook, *, well: bool = False) -> Webhook:
        known = self._known(webhook)
        health = {
            name: getattr(known, name)
            for name in ("replay", "failures", "failing_since", "delivered_at", "strikes",
                         "held_until", "places")
        }  # fmt: skip
        if well:
            health |= {"failures": 0, "strikes": 0, "failing_since": None, "held_until": None}
        saved = replace(webhook, version=webhook.version + 1, **health)
        self.rows[webhook.user_id, webhook.webhook_id] = saved
        return saved

    def delete(self, webhook: Webhook) -> None:
        self._known(webhook)
        del self.rows[webhook.user_id, webhook.webhook_id]

    def _known(self, webhook: Webhook) -> Webhook:
        known = self.get(webhook.user_id, webhook.webhook_id)
        if known is None or known.version != webhook.version:
            raise StaleWriteError("The webhook")
        return known

    def begin_replay(self, webhook: Webhook, replay: Replay) -> None:
        known = self.get(webhook.user_id, webhook.webhook_id)
        if known and (known.replay is None or known.replay.replay_id != replay.replay_id):
            self._set(known, replay=replay)

    def note_replay(self, webhook: Webhook, replay: Replay) -> bool:
        known = self.get(webhook.user_id, webhook.webhook_id)
        same = bool(known and known.replay and known.replay.replay_id == replay.replay_id)
        if known and same:
            self._set(known, replay=replay)
        return same

    def _set(self, known: Webhook, **changes: Any) -> None:
        self.rows[known.user_id, known.webhook_id] = replace(known, **changes)


class FakeReceiverHealth:
    def __init__(self, store: FakeWebhookStore) -> None:
        self._store = store

    def enter(self, webhook: Webhook, now: datetime, until: datetime) -> str | None:
        with self._store.lock:
            return self._enter(webhook, now, until)

    def _enter(self, webhook: Webhook, now: datetime, until: datetime) -> str | None:
        known = self._store.get(webhook.user_id, webhook.webhook_id)
        if known is None or (known.held_until and known.held_until > now):
            return None
        there = PLACES if known.strikes < STRIKES else PLACES[:1]
        free = [one for one in there if one not in known.places or known.places[one] <= now]
        if not free:
            return None
        self._store._set(known, places={**known.places, free[0]: until})
        return free[0]

    def leave(self, webhook: Webhook, place: str, mood: Mood | None, at: datetime) -> None:
        with self._store.lock:
            known = self._store.get(webhook.user_id, webhook.webhook_id)
            if known is None:
                return
            places = {one: until for one, until in known.places.items() if one != place}
            self._store._set(known, places=places, **_after(known, mood, at))


def _after(known: Webhook, mood: Mood | None, at: datetime) -> dict[str, Any]:
    since = known.failing_since or at
    match mood:
        case Mood.TAKEN:
            well = {"delivered_at": at, "strikes": 0, "failures": 0}
            return {**well, "failing_since": None, "held_until": None}
        case Mood.REFUSED:
            failures = known.failures + 1
            return {"strikes": 0, "failures": failures, "failing_since": since, "held_until": None}
        case Mood.SILENT:
            strikes = known.strikes + 1
            held = held_until(strikes, at) or known.held_until
            failures = known.failures + 1
            return {
                "strikes": strikes, "failures": failures, "failing_since": since,
                "held_until": held,
            }  # fmt: skip
    return {}


@dataclass
class FakeDeliveryStore:
    rows: dict[Key, Delivery] = field(default_factory=dict)

    def create(self, delivery: Delivery) -> bool:
        return self.rows.setdefault(_key(delivery), delivery) is delivery

    def get(self, webhook_id: str, delivery_id: str) -> Delivery | None:
        return self.rows.get((webhook_id, delivery_id))

    def of_webhook(
        self,
        webhook_id: str,
        *,
        limit: int,
        after: Position | None = None,
        state: DeliveryState | None = None,
    ) -> Page[Delivery]:
        mine = [row for (owner, _), row in sorted(self.rows.items()) if owner == webhook_id]
        last = str(after["delivery_id"]) if after else None
        rest = [row for row in reversed(mine) if last is None or row.delivery_id < last]
        found = [row for row in rest if state in {None, row.state}]
        page = tuple(found[:limit])
        at = {"webhook_id": webhook_id, "delivery_id": page[-1].delivery_id} if page else None
        return Page(page, at if len(found) > limit else None)

    def begin(self, delivery: Delivery, until: datetime) -> Delivery | None:
        waits = delivery.next_try_at
        later = until if waits is None or waits < until else waits
        begun = replace(delivery, turn=delivery.turn + 1, next_try_at=later)
        return begun if self._change(delivery, begun) else None

    def end(self, delivery: Delivery) -> bool:
        return self._change(delivery, delivery)

    def put_off(self, delivery: Delivery, until: datetime) -> bool:
        known = self.rows.get(_key(delivery))
        if known is None or known.next_try_at != delivery.next_try_at:
            return False
        return self._change(delivery, replace(known, next_try_at=until))

    def restart(self, delivery: Delivery, now: datetime, until: datetime) -> bool:
        known = self.rows.get(_key(delivery))
        if known is None or known.state is DeliveryState.PENDING:
            return False
        if known.updated_at != delivery.updated_at:
            return False
        self.rows[_key(delivery)] = replace(
            known,
            state=DeliveryState.PENDING,
            turn=0,
            since=now,
            updated_at=now,
            next_try_at=until,
            fault=None,
        )
        return True

    def due(self, shard: int, now: datetime, limit: int) -> list[Delivery]:
        waiting = [
            row
            for at, row in enumerate(self.rows.values())
            if row.next_try_at and row.next_try_at <= now and at % SHARDS == shard
        ]
        return sorted(waiting, key=lambda row: (row.next_try_at, row.delivery_id))[:limit]

    def _change(self, seen: Delivery, changed: Delivery) -> bool:
        known = self.rows.get(_key(seen))
        if known is None or known.state is not DeliveryState.PENDING or known.turn != seen.turn:
            return False
        self.rows[_key(seen)] = changed
        return True


def _key(delivery: Delivery) -> Key:
    return delivery.webhook_id, delivery.delivery_id


@dataclass
class FakeEventReader:
    """Logs by user; numbers without gaps unless something was removed."""

    rows: dict[tuple[str, int], Event] = field(default_factory=dict)
    read: int = 0

    def add(self, at: datetime, type_: EventType = EventType.SEGMENT_CREATED, **more: Any) -> Event:
        user_id = str(more.pop("user_id", USER))
        sequence = self.last(user_id) + 1
        event = Event(
            event_id=event_id_of(user_id, type_, sequence),
            user_id=user_id,
            sequence=sequence,
            type=type_,
            version=1,
            at=at,
            subject_id=f"subject-{sequence}",
            **more,
        )
        self.rows[user_id, sequence] = event
        return event

    def get(self, user_id: str, sequence: int) -> Event | None:
        return self.rows.get((user_id, sequence))

    def after(self, user_id: str, sequence: int, limit: int) -> Sequence[Event]:
        self.read += 1
        later = [
            row for (owner, number), row in sorted(self.rows.items())
            if owner == user_id and number > sequence
        ]  # fmt: skip
        return later[:limit]

    def last(self, user_id: str) -> int:
        return max((number for owner, number in self.rows if owner == user_id), default=0)


@dataclass(frozen=True)
class Got:
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass
class FakeReceivers:
    """`answers` are given one after another, the last one for ever; an exception is raised."""

    answers: list[Posted | ReceiverError] = field(default_factory=lambda: [Posted(200)])
    refused: dict[str, UrlError] = field(default_factory=dict)
    got: list[Got] = field(default_factory=list)
    before_answer: Callable[[], object] = lambda: None

    def check(self, url: str) -> None:
        if url in self.refused:
            raise self.refused[url]

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Posted:
        self.got.append(Got(url, headers, body))
        self.before_answer()
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, ReceiverError):
            raise answer
        return answer


@dataclass
class FakeWebhookQueue:
    sends: list[SendTask] = field(default_factory=list)
    delays: list[int] = field(default_factory=list)
    replays: list[ReplayTask] = field(default_factory=list)

    def send(self, tasks: Sequence[SendTask], delay_s: int = 0) -> None:
        self.sends += tasks
        self.delays += [delay_s] * len(tasks)

    def replay(self, task: ReplayTask) -> None:
        self.replays.append(task)


@dataclass
class Hooks:
    """All of it together."""

    clock: FakeClock = field(default_factory=FakeClock)
    store: FakeWebhookStore = field(default_factory=FakeWebhookStore)
    deliveries: FakeDeliveryStore = field(default_factory=FakeDeliveryStore)
    events: FakeEventReader = field(default_factory=FakeEventReader)
    receivers: FakeReceivers = field(default_factory=FakeReceivers)
    keeper: FakeVault = field(default_factory=FakeVault)
    queue: FakeWebhookQueue = field(default_factory=FakeWebhookQueue)
    waits: tuple[int, ...] = (60, 300, 900)
    random: float = 0.0

    @property
    def health(self) -> FakeReceiverHealth:
        return FakeReceiverHealth(self.store)

    @property
    def context(self) -> WebhookContext:
        return WebhookContext(
            webhooks=self.store,
            deliveries=self.deliveries,
            health=self.health,
            events=self.events,
            receivers=self.receivers,
            keeper=self.keeper,
            queue=self.queue,
            clock=self.clock,
            waits=self.waits,
            random=lambda: self.random,
        )
