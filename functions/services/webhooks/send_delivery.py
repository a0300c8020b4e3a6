"""One try of one delivery: signed, sent, written down.

In this order, so that a worker may die anywhere: a place at the receiver (it ends by itself), the
turn (the schedule comes back to it), the request, the row. Only a death between request and row
sends twice, under the same id.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from http import HTTPStatus
from typing import Any, Final

from functions.domain.events.body import to_json
from functions.domain.times import to_iso
from functions.domain.webhooks.ports import Mood, Posted, ReceiverError, SendTask
from functions.domain.webhooks.retries import bounce, failed_long, is_over, next_try
from functions.domain.webhooks.signature import signed_headers
from functions.domain.webhooks.webhook import (
    MAX_SHOWN,
    Attempt,
    Delivery,
    DeliveryState,
    Fault,
    PauseReason,
    Webhook,
)
from functions.services.webhooks.deliveries import LEASE, WebhookContext
from functions.services.webhooks.subscriptions import pause_webhook

_STAY: Final = timedelta(seconds=30)
"""How long a place is held at the most: a request takes ten seconds."""
_SHORT: Final = 60
_SILENCE: Final = {Fault.TIMEOUT, Fault.UNREACHABLE}


class Outcome(StrEnum):
    """What came of it; `stale`: somebody else has done it."""

    DELIVERED = "delivered"
    RETRIED = "retried"
    FAILED = "failed"
    DROPPED = "dropped"
    WAITED = "waited"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class _Try:
    attempt: Attempt
    mood: Mood
    asked: timedelta | None = None

    @property
    def gone(self) -> bool:
        return self.attempt.code == HTTPStatus.GONE


def send_delivery(made: WebhookContext, task: SendTask) -> Outcome:
    """Safe to repeat: of all who come with one turn, one sends."""
    delivery = made.deliveries.get(task.webhook_id, task.delivery_id)
    if not delivery or delivery.state is not DeliveryState.PENDING or delivery.turn != task.turn:
        return Outcome.STALE
    webhook = made.webhooks.get(task.user_id, task.webhook_id)
    if webhook is None or not webhook.active:
        return _give_up(made, delivery, Fault.PAUSED if webhook else Fault.DELETED)
    now = made.clock()
    if delivery.turn > len(made.waits) or is_over(delivery.since, now, made.waits):
        return _end_long(made, webhook, delivery)
    body = _body(made, delivery)
    if body is None:
        return _give_up(made, delivery, Fault.EVENT_GONE)
    return _sent(made, webhook, delivery, task, body)


def _sent(
    made: WebhookContext, webhook: Webhook, delivery: Delivery, task: SendTask, body: bytes
) -> Outcome:
    now = made.clock()
    keys = [
        made.keeper.open(one.sealed, user_id=webhook.user_id, webhook_id=webhook.webhook_id)
        for one in webhook.valid_secrets(now)
    ]
    place = made.health.enter(webhook, now, now + _STAY)
    if place is None:
        return _wait(made, webhook, delivery, task)
    begun = made.deliveries.begin(delivery, now + LEASE)
    if begun is None:
        made.health.leave(webhook, place, None, now)
        return Outcome.STALE
    tried = _try(made, webhook, begun, body, keys)
    made.health.leave(webhook, place, tried.mood, tried.attempt.at)
    return _settle(made, webhook, begun, tried)


def _body(made: WebhookContext, delivery: Delivery) -> bytes | None:
    """Of the log, or of a test; None where the log has it no more."""
    if delivery.is_test:
        return _bytes(_test_body(delivery))
    event = made.events.get(delivery.user_id, delivery.sequence)
    # A number is used once, so this is the event that it was.
    return _bytes(to_json(event)) if event and event.event_id == delivery.event_id else None


def _test_body(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.event_id,
        "sequence": 0,
        "type": delivery.event_type,
        "version": 1,
        "at": to_iso(delivery.event_at),
        "video_id": None,
        "subject_id": delivery.webhook_id,
        "data": {},
    }


def _bytes(body: dict[str, Any]) -> bytes:
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()


def _wait(made: WebhookContext, webhook: Webhook, delivery: Delivery, task: SendTask) -> Outcome:
    """No place is free: ask again soon by a message, later by the schedule. Whoever may put the
    row off goes on with it, so that there is one of them."""
    now = made.clock()
    delay = bounce(task.bounces, made.random)
    held = webhook.held_until
    if delay < _SHORT and not (held and held > now):
        if made.deliveries.put_off(delivery, now + timedelta(seconds=delay) + LEASE):
            made.queue.send([replace(task, bounces=task.bounces + 1)], delay)
        return Outcome.WAITED
    until = max(held or now, now) + timedelta(seconds=delay)
    made.deliveries.put_off(delivery, until)
    return Outcome.WAITED


def _try(
    made: WebhookContext, webhook: Webhook, delivery: Delivery, body: bytes, keys: Sequence[str]
) -> _Try:
    at = made.clock()
    headers = {
        "Content-Type": "application/json",
        **signed_headers(delivery.event_id, at, body, keys),
    }
    began = time.monotonic()
    try:
        answer: Posted | Fault = made.receivers.post(webhook.url, headers, body)
        code = answer.code if isinstance(answer, Posted) else None
    except ReceiverError as error:
        answer, code = error.fault, error.code
    taken = round((time.monotonic() - began) * 1000)
    attempt = Attempt(at=at, duration_ms=taken, code=code)
    if isinstance(answer, Fault):
        mood = Mood.SILENT if answer in _SILENCE else Mood.REFUSED
        return _Try(replace(attempt, fault=answer), mood)
    if answer.code // 100 == 2:
        return _Try(attempt, Mood.TAKEN)
    return _Try(replace(attempt, fault=Fault.STATUS), Mood.REFUSED, answer.asked)


def _settle(made: WebhookContext, webhook: Webhook, delivery: Delivery, tried: _Try) -> Outcome:
    now = made.clock()
    told = replace(
        delivery,
        attempts=(*delivery.attempts, tried.attempt)[-MAX_SHOWN:],
        updated_at=now,
        fault=tried.attempt.fault,
    )
    if tried.attempt.fault is None:
        return _ended(made, told, DeliveryState.DELIVERED, Outcome.DELIVERED)
    if tried.gone:
        pause_webhook(made.webhooks, webhook, PauseReason.GONE, now)
        return _ended(made, told, DeliveryState.FAILED, Outcome.FAILED)
    again = next_try(
        delivery.turn, delivery.since, now, random=made.random, waits=made.waits, asked=tried.asked
    )
    if again is None:
        return _end_long(made, webhook, told)
    waits = made.deliveries.end(replace(told, next_try_at=again))
    return Outcome.RETRIED if waits else Outcome.STALE


def _end_long(made: WebhookContext, webhook: Webhook, delivery: Delivery) -> Outcome:
    """It has had its day. Where nothing else was taken for as long, the subscription is paused."""
    now = made.clock()
    pause_webhook(
        made.webhooks,
        webhook,
        PauseReason.FAILING,
        now,
        lambda known: failed_long(known.failing_since, now, made.waits),
    )
    told = replace(delivery, updated_at=now, fault=delivery.fault or Fault.TIMEOUT)
    return _ended(made, told, DeliveryState.FAILED, Outcome.FAILED)


def _give_up(made: WebhookContext, delivery: Delivery, fault: Fault) -> Outcome:
    told = replace(delivery, updated_at=made.clock(), fault=fault)
    return _ended(made, told, DeliveryState.FAILED, Outcome.DROPPED)


def _ended(
    made: WebhookContext, delivery: Delivery, state: DeliveryState, outcome: Outcome
) -> Outcome:
    told = replace(delivery, state=state, next_try_at=None)
    return outcome if made.deliveries.end(told) else Outcome.STALE
