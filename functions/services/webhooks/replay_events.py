"""What happened in a stretch of time, told to one subscription once more: page by page of the log.

Each step leads to the next by a message, and may be done twice: a delivery that is under way again
goes on as it is.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from functions.domain.events.event import KEPT, Event
from functions.domain.ids import derived_id, new_id
from functions.domain.webhooks.ports import EventReader, ReplayTask
from functions.domain.webhooks.webhook import Delivery, DeliveryState, Replay, Webhook
from functions.services.webhooks.deliveries import (
    WebhookContext,
    delivery_of,
    restart,
    tasks_of,
)
from functions.services.webhooks.subscriptions import require_active

PAGE: Final = 50
# Numbers follow the order in which changes were told, their times only nearly.
_SLACK: Final = timedelta(minutes=10)


def request_replay(
    made: WebhookContext,
    webhook: Webhook,
    start: datetime,
    end: datetime,
    *,
    every: bool,
    key: str | None = None,
) -> Replay:
    """One replay of a subscription at a time: another one takes the place of the one before.

    Raises ConflictError for a paused subscription."""
    require_active(webhook)
    now = made.clock()
    replay_id = derived_id("webhook-replay", webhook.webhook_id, key) if key else new_id(now)
    replay = Replay(
        replay_id=replay_id,
        start=max(start, now - KEPT),
        end=min(end, now),
        every=every,
        asked_at=now,
    )
    made.webhooks.begin_replay(webhook, replay)
    known = made.webhooks.get(webhook.user_id, webhook.webhook_id)
    if known and known.replay and known.replay.replay_id == replay_id:
        replay = known.replay
    if replay.finished_at is None:
        made.queue.replay(
            ReplayTask(user_id=webhook.user_id, webhook_id=webhook.webhook_id, replay_id=replay_id)
        )
    return replay


def replay_step(made: WebhookContext, task: ReplayTask) -> int:
    """One page, and a message for the next one. Returns how many deliveries are under way again."""
    webhook = made.webhooks.get(task.user_id, task.webhook_id)
    replay = webhook.replay if webhook else None
    if not webhook or not replay or replay.replay_id != task.replay_id or replay.finished_at:
        return 0
    if not webhook.active:
        made.webhooks.note_replay(webhook, replace(replay, finished_at=made.clock()))
        return 0
    after = _before(made.events, task.user_id, replay.start) if task.after is None else task.after
    page = made.events.after(task.user_id, after, PAGE)
    count = sum(_again(made, webhook, replay, event) for event in page)
    told = replace(replay, told=replay.told + count)
    # Numbers of what went with its video are not there any more.
    after = page[-1].sequence if page else after + PAGE
    past = bool(page) and page[-1].at >= replay.end + _SLACK
    over = past or after >= made.events.last(task.user_id)
    told = replace(told, finished_at=made.clock()) if over else told
    if made.webhooks.note_replay(webhook, told) and not over:
        made.queue.replay(replace(task, after=after))
    return count


def _again(made: WebhookContext, webhook: Webhook, replay: Replay, event: Event) -> bool:
    if not replay.start <= event.at < replay.end or not webhook.wants(event.type):
        return False
    delivery = delivery_of(webhook, event, made.clock())
    if made.deliveries.create(delivery):
        made.queue.send(tasks_of([delivery]))
        return True
    known = made.deliveries.get(webhook.webhook_id, delivery.delivery_id)
    return known is not None and _is_meant(known, replay) and restart(made, known)


def _is_meant(known: Delivery, replay: Replay) -> bool:
    """What was begun anew since the replay was asked for has had its turn in it."""
    if known.state is DeliveryState.PENDING or known.since >= replay.asked_at:
        return False
    return replay.every or known.state is DeliveryState.FAILED


def _before(events: EventReader, user_id: str, start: datetime) -> int:
    """The highest number of what was surely told before, by halves."""
    low, high = 0, events.last(user_id)
    while low < high:
        middle = (low + high) // 2
        found = events.after(user_id, middle, 1)
        if not found or found[0].at >= start - _SLACK:
            high = middle
        else:
            low = found[0].sequence
    return low
