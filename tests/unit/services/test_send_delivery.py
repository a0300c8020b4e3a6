"""One try of one delivery, whatever the receiver does and wherever the worker dies."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook as Verifier

from functions.domain.events.body import to_json
from functions.domain.events.event import EventType
from functions.domain.webhooks.ports import Posted, ReceiverError, SendTask
from functions.domain.webhooks.webhook import (
    Delivery,
    DeliveryState,
    Fault,
    PauseReason,
    Webhook,
    WebhookState,
)
from functions.services.webhooks.deliveries import LEASE, announce, tell_test
from functions.services.webhooks.retry_deliveries import retry_deliveries
from functions.services.webhooks.send_delivery import Outcome, send_delivery
from functions.services.webhooks.subscriptions import (
    Wanted,
    create_webhook,
    delete_webhook,
    resume_webhook,
    rotate_secret,
)
from tests.builders import make_caller
from tests.fakes.webhooks import Got, Hooks

URL = "https://hooks.example.com/in"
ME = make_caller()


class DeadError(BaseException):
    """The worker is gone: nothing after it runs."""


@pytest.fixture
def hooks() -> Hooks:
    return Hooks()


def subscribe(hooks: Hooks, url: str = URL, *events: str) -> Webhook:
    return create_webhook(
        ME,
        Wanted(url=url, events=events or ("*",)),
        webhooks=hooks.store,
        keeper=hooks.keeper,
        limit=50,
        now=hooks.clock.now,
    )


def told(hooks: Hooks, kind: EventType = EventType.SEGMENT_CREATED) -> Delivery:
    """The delivery of a new event to the only subscription."""
    known = set(hooks.deliveries.rows)
    announce(hooks.context, hooks.events.add(hooks.clock(), kind))
    (new,) = set(hooks.deliveries.rows) - known
    return hooks.deliveries.rows[new]


def now_of(hooks: Hooks, delivery: Delivery) -> Delivery:
    return hooks.deliveries.rows[delivery.webhook_id, delivery.delivery_id]


def webhook_of(hooks: Hooks) -> Webhook:
    (row,) = hooks.store.rows.values()
    return row


def send_all(hooks: Hooks) -> list[Outcome]:
    """What is in the queue now, as a worker takes it."""
    tasks, hooks.queue.sends = hooks.queue.sends, []
    return [send_delivery(hooks.context, task) for task in tasks]


def later(hooks: Hooks, **more: float) -> list[Outcome]:
    """Time goes on, the schedule ticks, workers work."""
    hooks.clock.now += timedelta(**more)
    retry_deliveries(hooks.context, lambda: False)
    return send_all(hooks)


def secrets_of(hooks: Hooks) -> list[str]:
    webhook = webhook_of(hooks)
    return [
        hooks.keeper.open(one.sealed, user_id=webhook.user_id, webhook_id=webhook.webhook_id)
        for one in webhook.secrets
    ]


def test_given_an_event_when_sent_then_its_body_is_the_logs_and_its_signature_verifies(
    hooks: Hooks,
):
    hooks.clock.now = datetime.now(UTC)
    subscribe(hooks)
    delivery = told(hooks)

    assert send_all(hooks) == [Outcome.DELIVERED]

    (got,) = hooks.receivers.got
    event = hooks.events.get(ME.user_id, 1)
    assert event is not None
    assert json.loads(got.body) == to_json(event)
    assert got.headers["webhook-id"] == event.event_id
    assert got.headers["Content-Type"] == "application/json"
    assert Verifier(secrets_of(hooks)[0]).verify(got.body, dict(got.headers)) == to_json(event)
    row = now_of(hooks, delivery)
    assert (row.state, row.fault, row.next_try_at) == (DeliveryState.DELIVERED, None, None)
    assert [one.code for one in row.attempts] == [200]
    assert webhook_of(hooks).delivered_at is not None
    assert webhook_of(hooks).places == {}


def _signed_by(secret: str, got: Got) -> bool:
    at = datetime.fromtimestamp(int(got.headers["webhook-timestamp"]), UTC)
    right = Verifier(secret).sign(got.headers["webhook-id"], at, got.body.decode())
    return right in got.headers["webhook-signature"].split(" ")


def test_given_a_rotation_when_sent_then_both_secrets_sign_for_a_day_and_then_the_new_one(
    hooks: Hooks,
):
    first = subscribe(hooks)
    (old,) = secrets_of(hooks)
    rotate_secret(
        ME, first.webhook_id, webhooks=hooks.store, keeper=hooks.keeper, now=hooks.clock.now
    )
    new = secrets_of(hooks)[0]

    told(hooks)
    send_all(hooks)
    hooks.clock.now += timedelta(hours=25)
    told(hooks)
    send_all(hooks)

    during, after = hooks.receivers.got
    assert new != old
    assert _signed_by(new, during)
    assert _signed_by(old, during)
    assert _signed_by(new, after)
    assert not _signed_by(old, after)


@pytest.mark.parametrize(
    ("answer", "code", "fault"),
    [
        (Posted(500), 500, Fault.STATUS),
        (Posted(404), 404, Fault.STATUS),
        (Posted(199), 199, Fault.STATUS),
        (ReceiverError(Fault.REDIRECT, 302), 302, Fault.REDIRECT),
        (ReceiverError(Fault.TIMEOUT), None, Fault.TIMEOUT),
        (ReceiverError(Fault.REFUSED_ADDRESS), None, Fault.REFUSED_ADDRESS),
        (ReceiverError(Fault.CERTIFICATE), None, Fault.CERTIFICATE),
    ],
    ids=lambda one: str(one) if isinstance(one, Fault | int) else "",
)
def test_given_anything_but_2xx_when_sent_then_it_is_tried_again_and_taken_then(
    hooks: Hooks, answer: Posted | ReceiverError, code: int | None, fault: Fault
):
    subscribe(hooks)
    hooks.receivers.answers = [answer, Posted(204)]
    delivery = told(hooks)

    assert send_all(hooks) == [Outcome.RETRIED]
    row = now_of(hooks, delivery)
    assert (row.state, row.fault, row.attempts[0].code) == (DeliveryState.PENDING, fault, code)
    assert later(hooks, seconds=30) == []
    assert later(hooks, seconds=40) == [Outcome.DELIVERED]

    first, second = hooks.receivers.got
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    assert first.body == second.body
    assert [one.fault for one in now_of(hooks, delivery).attempts] == [fault, None]


def test_given_a_receiver_that_asks_for_time_when_tried_again_then_not_before(hooks: Hooks):
    subscribe(hooks)
    hooks.receivers.answers = [Posted(503, timedelta(seconds=200)), Posted(200)]
    told(hooks)
    send_all(hooks)

    assert later(hooks, seconds=120) == []
    assert later(hooks, seconds=90) == [Outcome.DELIVERED]


def test_given_a_receiver_that_never_takes_it_when_its_time_is_over_then_it_is_dead_and_paused(
    hooks: Hooks,
):
    webhook = subscribe(hooks)
    hooks.receivers.answers = [Posted(500)]
    delivery = told(hooks)

    outcomes = send_all(hooks)
    for _ in range(30):
        outcomes += later(hooks, minutes=2)

    assert outcomes == [Outcome.RETRIED] * 3 + [Outcome.FAILED]
    row = now_of(hooks, delivery)
    assert (row.state, row.fault, row.next_try_at) == (DeliveryState.FAILED, Fault.STATUS, None)
    paused = webhook_of(hooks)
    assert (paused.state, paused.reason) == (WebhookState.PAUSED, PauseReason.FAILING)
    assert paused.paused_at is not None
    assert announce(hooks.context, hooks.events.add(hooks.clock())) == 0

    resumed = resume_webhook(ME, webhook.webhook_id, webhooks=hooks.store, now=hooks.clock.now)
    assert (resumed.state, resumed.reason, resumed.failing_since) == (
        WebhookState.ACTIVE, None, None,
    )  # fmt: skip


def test_given_a_receiver_that_takes_others_when_one_is_dead_then_it_is_not_paused(hooks: Hooks):
    subscribe(hooks)
    hooks.receivers.answers = [Posted(500)]
    delivery = told(hooks)
    send_all(hooks)
    for _ in range(9):
        later(hooks, minutes=2)
    hooks.receivers.answers = [Posted(200), Posted(500)]
    told(hooks)
    send_all(hooks)

    for _ in range(20):
        later(hooks, minutes=2)

    assert now_of(hooks, delivery).state is DeliveryState.FAILED
    assert webhook_of(hooks).active


def test_given_410_when_answered_then_nothing_more_is_sent_and_its_owner_is_told(hooks: Hooks):
    subscribe(hooks)
    hooks.receivers.answers = [Posted(410)]
    first, second = told(hooks), told(hooks)

    assert send_all(hooks) == [Outcome.FAILED, Outcome.DROPPED]

    assert len(hooks.receivers.got) == 1
    assert webhook_of(hooks).reason is PauseReason.GONE
    assert now_of(hooks, first).attempts[0].code == 410
    assert now_of(hooks, second).fault is Fault.PAUSED


def test_given_a_subscription_that_is_deleted_when_its_turn_comes_then_nothing_is_sent(
    hooks: Hooks,
):
    webhook = subscribe(hooks)
    delivery = told(hooks)
    delete_webhook(ME, webhook.webhook_id, webhooks=hooks.store)

    assert send_all(hooks) == [Outcome.DROPPED]

    assert hooks.receivers.got == []
    assert now_of(hooks, delivery).fault is Fault.DELETED


def test_given_an_event_that_went_with_its_video_when_its_turn_comes_then_nothing_is_sent(
    hooks: Hooks,
):
    subscribe(hooks)
    delivery = told(hooks)
    hooks.events.rows.clear()

    assert send_all(hooks) == [Outcome.DROPPED]

    assert hooks.receivers.got == []
    assert now_of(hooks, delivery).fault is Fault.EVENT_GONE


def test_given_one_message_twice_when_worked_on_then_it_is_sent_once(hooks: Hooks):
    subscribe(hooks)
    told(hooks)
    hooks.queue.sends *= 2

    assert send_all(hooks) == [Outcome.DELIVERED, Outcome.STALE]

    assert len(hooks.receivers.got) == 1


def test_given_two_workers_at_once_when_both_are_at_it_then_one_sends(hooks: Hooks):
    subscribe(hooks)
    told(hooks)
    (task,) = hooks.queue.sends
    met: list[Outcome] = []

    def other() -> None:
        hooks.receivers.before_answer = lambda: None
        met.append(send_delivery(hooks.context, task))

    hooks.receivers.before_answer = other

    assert send_all(hooks) == [Outcome.DELIVERED]
    assert met == [Outcome.STALE]
    assert len(hooks.receivers.got) == 1


@pytest.mark.parametrize("port", ["webhooks", "deliveries", "health", "events", "receivers"])
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_given_a_worker_that_dies_at_any_call_when_time_goes_on_then_it_is_delivered(
    port: str, after: bool
):
    """Each call of each port, in turn, is the last one that a worker makes."""
    for fatal in range(12):
        hooks = Hooks()
        subscribe(hooks)
        delivery = told(hooks)
        (task,) = hooks.queue.sends
        hooks.queue.sends = []
        dying = _Dying(getattr(hooks.context, port), fatal, after=after)
        made = _with(hooks, port, dying)
        with suppress(DeadError):
            send_delivery(made, task)
        for _ in range(6):
            later(hooks, seconds=LEASE.total_seconds() + 61)

        row = now_of(hooks, delivery)
        assert row.state is DeliveryState.DELIVERED, (port, fatal, after)
        assert 1 <= len(hooks.receivers.got) <= 2
        assert {one.headers["webhook-id"] for one in hooks.receivers.got} == {row.event_id}
        if not dying.died:
            break
    else:
        raise AssertionError("the last round has to end without a death")


class _Dying:
    def __init__(self, port: object, fatal: int, *, after: bool) -> None:
        self._port, self._left, self._after, self.died = port, fatal, after, False

    def __getattr__(self, name: str) -> object:
        call = getattr(self._port, name)

        def called(*words: object, **more: object) -> object:
            self._left -= 1
            fatal = self._left == -1
            if fatal and not self._after:
                self.died = True
                raise DeadError
            made = call(*words, **more)
            if fatal:
                self.died = True
                raise DeadError
            return made

        return called


def _with(hooks: Hooks, port: str, instead: object):
    return replace(hooks.context, **{port: instead})


def test_given_workers_that_always_die_when_its_time_is_over_then_it_ends(hooks: Hooks):
    subscribe(hooks)
    delivery = told(hooks)

    def die() -> None:
        raise DeadError

    hooks.receivers.before_answer = die
    for _ in range(30):
        with suppress(DeadError):
            send_all(hooks)
            later(hooks, minutes=4)

    assert now_of(hooks, delivery).state is DeliveryState.FAILED
    assert len(hooks.receivers.got) == len(hooks.waits) + 1


def test_given_a_receiver_that_hangs_when_it_has_three_times_then_it_is_left_alone_and_probed(
    hooks: Hooks,
):
    subscribe(hooks)
    hooks.receivers.answers = [ReceiverError(Fault.TIMEOUT)]
    for _ in range(8):
        told(hooks)

    outcomes = send_all(hooks)

    assert outcomes == [Outcome.RETRIED] * 3 + [Outcome.WAITED] * 5
    assert len(hooks.receivers.got) == 3
    held = webhook_of(hooks).held_until
    assert held is not None
    hooks.receivers.answers = [Posted(200)]
    done: list[Outcome] = []
    for _ in range(8):
        done += later(hooks, minutes=1)
    assert done.count(Outcome.DELIVERED) == 8
    assert webhook_of(hooks).strikes == 0


def test_given_all_places_taken_when_another_comes_then_it_waits_a_little_and_uses_no_try(
    hooks: Hooks,
):
    webhook = subscribe(hooks)
    now = hooks.clock.now
    for _ in range(4):
        assert hooks.health.enter(webhook, now, now + timedelta(seconds=30))
    delivery = told(hooks)

    assert send_all(hooks) == [Outcome.WAITED]

    assert hooks.receivers.got == []
    assert now_of(hooks, delivery).turn == 0
    assert [(one.turn, one.bounces) for one in hooks.queue.sends] == [(0, 1)]
    assert hooks.queue.delays[-1] >= 1
    hooks.clock.now += timedelta(seconds=40)
    assert send_all(hooks) == [Outcome.DELIVERED]


def test_given_many_messages_for_one_that_waits_when_all_bounce_then_one_goes_on(hooks: Hooks):
    webhook = subscribe(hooks)
    now = hooks.clock.now
    for _ in range(4):
        hooks.health.enter(webhook, now, now + timedelta(seconds=300))
    told(hooks)
    task = hooks.queue.sends[0]
    hooks.queue.sends = [task, task, task]

    send_all(hooks)
    # Those who read the row before it was put off are the ones who lose.
    assert 1 <= len(hooks.queue.sends) <= 3
    tasks = {(one.delivery_id, one.turn) for one in hooks.queue.sends}
    assert len(tasks) == 1


def test_given_no_log_entry_of_a_test_when_sent_then_it_has_a_body_of_its_own(hooks: Hooks):
    webhook = subscribe(hooks, URL, "account.updated")
    delivery = tell_test(hooks.context, webhook, None)

    assert send_all(hooks) == [Outcome.DELIVERED]

    body = json.loads(hooks.receivers.got[0].body)
    assert (body["type"], body["sequence"], body["id"]) == ("webhook.test", 0, delivery.event_id)
    assert body["subject_id"] == webhook.webhook_id


def test_given_a_task_of_nothing_when_worked_on_then_nothing_happens(hooks: Hooks):
    task = SendTask(user_id="u", webhook_id="w", delivery_id="d", turn=0)

    assert send_delivery(hooks.context, task) is Outcome.STALE
