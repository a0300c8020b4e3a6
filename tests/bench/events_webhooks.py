"""What a webhook's delivery asks of the tables: matched, sent and taken at the first try."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from functions.adapters.dynamo.event_log import DynamoEventLog
from functions.adapters.dynamo.event_reader import DynamoEventReader
from functions.adapters.dynamo.receiver_health import DynamoReceiverHealth
from functions.adapters.dynamo.webhook_deliveries import DynamoDeliveryStore
from functions.adapters.dynamo.webhooks import DynamoWebhookStore
from functions.domain.events.event import Event, EventType
from functions.domain.events.ports import Entry
from functions.domain.times import utc_now
from functions.services.webhooks.deliveries import announce
from functions.services.webhooks.send_delivery import Outcome, send_delivery
from functions.services.webhooks.subscriptions import Wanted, create_webhook
from tests.bench.events_costs import Units, units_of
from tests.builders import make_caller
from tests.fakes.webhooks import Hooks
from tests.support.meter import metered

EVENTS: Final = 50


def delivery_units(tables: Mapping[str, str]) -> Units:
    """By delivery; one webhook wants each event."""
    hooks, user = Hooks(), str(uuid.uuid4())
    made = replace(
        hooks.context,
        webhooks=DynamoWebhookStore(tables["webhooks"]),
        deliveries=DynamoDeliveryStore(tables["webhook_deliveries"]),
        health=DynamoReceiverHealth(tables["webhooks"]),
        events=DynamoEventReader(tables["events"]),
        clock=utc_now,
    )
    wanted = Wanted(url="https://hooks.example.com/in", events=("*",))
    create_webhook(
        make_caller(user), wanted, webhooks=made.webhooks, keeper=made.keeper, limit=5,
        now=utc_now(),
    )  # fmt: skip
    events = [_event(user, at) for at in range(1, EVENTS + 1)]
    entries = [Entry(event=one, with_video=True) for one in events]
    DynamoEventLog(tables["events"], tables["event_marks"]).append(user, 0, entries, [])
    with metered() as calls:
        for event in events:
            announce(made, event)
        outcomes = [send_delivery(made, task) for task in hooks.queue.sends]
    if outcomes != [Outcome.DELIVERED] * EVENTS:
        raise AssertionError(f"not all were delivered: {outcomes}")
    return units_of(calls, EVENTS)


def _event(user: str, at: int) -> Event:
    return Event(
        event_id=str(uuid.uuid4()),
        user_id=user,
        sequence=at,
        type=EventType.SEGMENT_CREATED,
        version=1,
        at=utc_now(),
        subject_id=f"s{at}",
        data={"duration": 12.5},
    )
