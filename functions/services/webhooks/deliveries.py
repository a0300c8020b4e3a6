"""From an event to deliveries: one for each subscription that wants it."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from functions.domain.errors import ConflictError, GoneError, NotFoundError
from functions.domain.events.event import Event
from functions.domain.ids import derived_id, new_id
from functions.domain.vault import Vault
from functions.domain.webhooks.ports import (
    DeliveryStore,
    EventReader,
    ReceiverHealth,
    Receivers,
    SendTask,
    WebhookQueue,
    WebhookStore,
)
from functions.domain.webhooks.retries import WAITS, Random
from functions.domain.webhooks.webhook import (
    TEST_TYPE,
    Delivery,
    DeliveryState,
    Webhook,
    delivery_id_of,
)
from functions.services.ownership import is_id
from functions.services.webhooks.subscriptions import require_active

LEASE: Final = timedelta(seconds=120)
"""How long a message in the queue, or a worker, has a delivery to itself before the schedule looks
after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookContext:
    """What work on webhooks works with."""

    webhooks: WebhookStore
    deliveries: DeliveryStore
    health: ReceiverHealth
    events: EventReader
    receivers: Receivers
    keeper: Vault
    queue: WebhookQueue
    clock: Callable[[], datetime]
    waits: Sequence[int] = WAITS
    random: Random = random.random


def announce(made: WebhookContext, event: Event) -> int:
    """Rows first, then messages: what dies in between is found by the schedule. Returns how many
    subscriptions want the event; a repeat makes no second delivery.

    A subscription is told nothing that was before it; streams tell times in whole seconds."""
    wanting = [
        one
        for one in made.webhooks.of_user(event.user_id)
        if one.active
        and one.wants(event.type)
        and one.created_at.replace(microsecond=0) <= event.at
    ]
    now = made.clock()
    begun = [delivery_of(webhook, event, now) for webhook in wanting]
    made.queue.send(tasks_of(one for one in begun if made.deliveries.create(one)))
    return len(wanting)


def delivery_of(webhook: Webhook, event: Event, now: datetime) -> Delivery:
    """The delivery of an event to a subscription, not tried yet."""
    return _delivery(webhook, event.event_id, event.type.value, event.sequence, event.at, now)


def tell_test(made: WebhookContext, webhook: Webhook, key: str | None) -> Delivery:
    """Tell a subscription of an event that its owner can see arrive. Raises ConflictError for one
    that is paused. Repeated with its `key`, it is the same event to its receiver."""
    require_active(webhook)
    now = made.clock()
    event_id = derived_id("webhook-test", webhook.webhook_id, key) if key else new_id(now)
    delivery = _delivery(webhook, event_id, TEST_TYPE, 0, now, now)
    made.deliveries.create(delivery)
    made.queue.send(tasks_of([delivery]))
    return delivery


def own_delivery(made: WebhookContext, webhook: Webhook, delivery_id: str) -> Delivery:
    """Raises NotFoundError."""
    known = made.deliveries.get(webhook.webhook_id, delivery_id) if is_id(delivery_id) else None
    if known is None:
        raise NotFoundError("delivery.not_found", "There is no such delivery.")
    return known


def replay_delivery(made: WebhookContext, webhook: Webhook, delivery_id: str) -> Delivery:
    """Send it again under the same id, with a day of tries. One that is pending goes on as it is.

    Raises ConflictError for a paused subscription, GoneError where the log has forgotten it."""
    require_active(webhook)
    known = own_delivery(made, webhook, delivery_id)
    if known.state is DeliveryState.PENDING:
        return known
    if not known.is_test and made.events.get(known.user_id, known.sequence) is None:
        says = "The log has forgotten this event: it keeps them for seven days, or for as long as "
        raise GoneError("delivery.event_gone", f"{says}their video is there.")
    if not restart(made, known):
        raise ConflictError("write.conflict", "The delivery changed meanwhile; read it again.")
    return own_delivery(made, webhook, delivery_id)


def restart(made: WebhookContext, delivery: Delivery) -> bool:
    now = made.clock()
    if not made.deliveries.restart(delivery, now, now + LEASE):
        return False
    made.queue.send([_task(delivery, 0)])
    return True


def tasks_of(deliveries: Iterable[Delivery]) -> list[SendTask]:
    return [_task(one, one.turn) for one in deliveries]


def _task(delivery: Delivery, turn: int) -> SendTask:
    return SendTask(
        user_id=delivery.user_id,
        webhook_id=delivery.webhook_id,
        delivery_id=delivery.delivery_id,
        turn=turn,
    )


def _delivery(
    webhook: Webhook, event_id: str, event_type: str, sequence: int, at: datetime, now: datetime
) -> Delivery:
    return Delivery(
        webhook_id=webhook.webhook_id,
        delivery_id=delivery_id_of(webhook.webhook_id, event_id, at),
        user_id=webhook.user_id,
        event_id=event_id,
        event_type=event_type,
        sequence=sequence,
        event_at=at,
        since=now,
        created_at=now,
        updated_at=now,
        next_try_at=now + LEASE,
    )
