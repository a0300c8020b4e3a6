"""The three functions of webhooks, by the messages that they get."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from functions import bootstrap_webhooks
from functions.domain.codec import to_plain
from functions.domain.events.body import to_detail
from functions.domain.events.event import Event
from functions.domain.webhooks.ports import Posted, ReceiverError, SendTask
from functions.domain.webhooks.webhook import DeliveryState, Fault, Webhook
from functions.handlers import deliver_webhooks, match_webhooks, retry_webhooks
from functions.services.webhooks.replay_events import request_replay
from functions.services.webhooks.subscriptions import Wanted, create_webhook
from tests.builders import make_caller
from tests.events.build import queue_event
from tests.fakes.clock import EPOCH
from tests.fakes.lambda_context import FakeLambdaContext
from tests.fakes.webhooks import Hooks
from tests.fakes.world import World


@pytest.fixture
def hooks(world: World) -> Hooks:
    return world.hooks


def _subscribe(hooks: Hooks, name: str = "in") -> Webhook:
    return create_webhook(
        make_caller(),
        Wanted(url=f"https://hooks.example.com/{name}", events=("*",)),
        webhooks=hooks.store,
        keeper=hooks.keeper,
        limit=50,
        now=hooks.clock.now,
    )


def _again(answer: dict[str, Any]) -> list[str]:
    return [item["itemIdentifier"] for item in answer["batchItemFailures"]]


def _match(*bodies: object) -> list[str]:
    return _again(match_webhooks.lambda_handler(queue_event(*bodies), FakeLambdaContext()))


def _deliver(*bodies: object) -> list[str]:
    return _again(deliver_webhooks.lambda_handler(queue_event(*bodies), FakeLambdaContext()))


def _off_bus(event: Event) -> dict[str, Any]:
    return {
        "source": "cutroom",
        "detail-type": event.type.value,
        "detail": to_detail(event),
    }


def _tasks(hooks: Hooks) -> list[dict[str, Any]]:
    tasks, hooks.queue.sends = hooks.queue.sends, []
    return [to_plain(task) for task in tasks]


def test_given_events_off_the_bus_when_matched_and_delivered_then_they_arrive(hooks: Hooks):
    _subscribe(hooks)
    events = [hooks.events.add(hooks.clock()) for _ in range(3)]

    assert _match(*(_off_bus(event) for event in events)) == []
    assert _deliver(*_tasks(hooks)) == []

    sent = {got.headers["webhook-id"] for got in hooks.receivers.got}
    assert sent == {event.event_id for event in events}
    assert {one.state for one in hooks.deliveries.rows.values()} == {DeliveryState.DELIVERED}


def test_given_messages_that_cannot_be_read_when_handled_then_only_they_come_again(hooks: Hooks):
    _subscribe(hooks)
    good = _off_bus(hooks.events.add(hooks.clock()))

    assert _match("{no json", good, {"detail": {}}, "7", {"replay": {}}) == [
        "m-0", "m-2", "m-3", "m-4",
    ]  # fmt: skip
    assert _deliver("{no json", *_tasks(hooks), {"turn": 1}) == ["m-0", "m-2"]
    assert len(hooks.receivers.got) == 1


def test_given_a_replay_when_its_message_comes_then_a_page_goes_on_its_way(hooks: Hooks):
    webhook = _subscribe(hooks)
    hooks.events.add(hooks.clock())
    request_replay(hooks.context, webhook, EPOCH, hooks.clock(), every=False)

    assert _match({"replay": to_plain(hooks.queue.replays.pop())}) == []

    assert len(hooks.queue.sends) == 1


def test_given_a_schedule_when_it_ticks_then_what_is_due_goes_into_the_queue(hooks: Hooks):
    _subscribe(hooks)
    hooks.receivers.answers = [Posted(500)]
    _match(_off_bus(hooks.events.add(hooks.clock())))
    _deliver(*_tasks(hooks))
    hooks.clock.now += timedelta(minutes=2)

    assert retry_webhooks.lambda_handler({}, FakeLambdaContext()) == {"due": 1}
    assert retry_webhooks.lambda_handler({}, FakeLambdaContext()) == {"due": 0}
    assert [(task["turn"]) for task in _tasks(hooks)] == [1]


def test_given_no_time_left_when_the_schedule_ticks_then_the_next_one_goes_on(hooks: Hooks):
    _subscribe(hooks)
    _match(_off_bus(hooks.events.add(hooks.clock())))
    hooks.clock.now += timedelta(hours=1)

    assert retry_webhooks.lambda_handler({}, FakeLambdaContext(remaining_ms=5_000)) == {"due": 0}
    assert retry_webhooks.lambda_handler({}, FakeLambdaContext()) == {"due": 1}


class _OneHangs:
    """One receiver of two says nothing until it is let go; the other says when it was asked."""

    def __init__(self) -> None:
        self.released = threading.Event()
        self.at_once, self.most, self.answered = 0, 0, list[float]()
        self._lock = threading.Lock()

    def check(self, url: str) -> None: ...

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Posted:
        if not url.endswith("hangs"):
            self.answered.append(time.monotonic())
            return Posted(200)
        with self._lock:
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        self.released.wait(20)
        with self._lock:
            self.at_once -= 1
        raise ReceiverError(Fault.TIMEOUT)


def test_given_a_receiver_that_hangs_when_many_events_come_then_the_others_are_not_kept_waiting(
    hooks: Hooks, monkeypatch: pytest.MonkeyPatch
):
    """All of the other's are answered while the first is not even done with four of its own."""
    hangs, good = _subscribe(hooks, "hangs"), _subscribe(hooks, "good")
    receivers = _OneHangs()
    hooks.receivers = receivers  # type: ignore[assignment]
    # Else the looks of many would let hours go by.
    still = hooks.clock() + timedelta(seconds=20)
    monkeypatch.setattr(bootstrap_webhooks, "utc_now", lambda: still)
    for _ in range(12):
        _match(_off_bus(hooks.events.add(hooks.clock())))
    tasks = _tasks(hooks)
    worker = threading.Thread(target=_deliver, args=tasks)
    worker.start()
    try:
        until = time.monotonic() + 15
        while len(receivers.answered) < 12 and time.monotonic() < until:
            time.sleep(0.01)
        assert len(receivers.answered) == 12
        assert receivers.at_once >= 1
    finally:
        receivers.released.set()
        worker.join(20)

    states = {
        webhook.webhook_id: [
            one.state for one in hooks.deliveries.rows.values()
            if one.webhook_id == webhook.webhook_id
        ]
        for webhook in (hangs, good)
    }  # fmt: skip
    assert set(states[good.webhook_id]) == {DeliveryState.DELIVERED}
    assert set(states[hangs.webhook_id]) == {DeliveryState.PENDING}
    assert receivers.most <= 4


def test_given_a_task_as_it_goes_through_the_queue_when_read_then_it_is_the_same():
    task = SendTask(user_id="u", webhook_id="w", delivery_id="d", turn=3, bounces=2)

    assert json.loads(json.dumps(to_plain(task))) == to_plain(task)
