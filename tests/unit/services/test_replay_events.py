"""What happened in a stretch of time, told once more; and what is matched in the first place."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.domain.events.event import EventType
from functions.domain.webhooks.webhook import DeliveryState, Fault, Webhook
from functions.services.webhooks.deliveries import announce
from functions.services.webhooks.replay_events import PAGE, _before, replay_step, request_replay
from functions.services.webhooks.subscriptions import Wanted, create_webhook
from tests.builders import STRANGER, USER, make_caller
from tests.fakes.clock import EPOCH
from tests.fakes.webhooks import FakeEventReader, Hooks

URL = "https://hooks.example.com/in"


@pytest.fixture
def hooks() -> Hooks:
    return Hooks()


def subscribe(hooks: Hooks, *events: str, user: str = USER) -> Webhook:
    return create_webhook(
        make_caller(user),
        Wanted(url=URL, events=events or ("*",)),
        webhooks=hooks.store,
        keeper=hooks.keeper,
        limit=50,
        now=hooks.clock.now,
    )


def replay(hooks: Hooks, webhook: Webhook, start: datetime, end: datetime, **more: object) -> int:
    """Ask for it and do all its steps; returns how many deliveries went on their way."""
    request_replay(hooks.context, webhook, start, end, **{"every": False, **more})
    count = 0
    while hooks.queue.replays:
        count += replay_step(hooks.context, hooks.queue.replays.pop(0))
    return count


def all_fail(hooks: Hooks) -> None:
    for one in list(hooks.deliveries.rows.values()):
        hooks.deliveries.end(
            replace(one, state=DeliveryState.FAILED, fault=Fault.STATUS, next_try_at=None)
        )


def test_given_an_event_when_matched_then_each_that_wants_it_gets_one_delivery(hooks: Hooks):
    every, some = subscribe(hooks), subscribe(hooks, "segment.*")
    subscribe(hooks, "account.updated")
    subscribe(hooks, user=STRANGER)
    event = hooks.events.add(hooks.clock(), EventType.SEGMENT_CREATED)

    assert announce(hooks.context, event) == 2
    assert announce(hooks.context, event) == 2

    assert {one.webhook_id for one in hooks.deliveries.rows.values()} == {
        every.webhook_id, some.webhook_id,
    }  # fmt: skip
    assert len(hooks.deliveries.rows) == len(hooks.queue.sends) == 2


def test_given_an_event_of_before_when_matched_then_a_later_subscription_is_not_told(hooks: Hooks):
    event = hooks.events.add(hooks.clock())
    hooks.clock()
    subscribe(hooks)

    assert announce(hooks.context, event) == 0


def test_given_an_event_of_the_same_second_when_matched_then_it_is_told(hooks: Hooks):
    """Streams tell times in whole seconds, so it may seem to be of before."""
    hooks.clock.now += timedelta(milliseconds=700)
    webhook = subscribe(hooks)
    event = hooks.events.add(webhook.created_at.replace(microsecond=0))

    assert announce(hooks.context, event) == 1


def test_given_events_when_a_stretch_is_replayed_then_just_what_it_has_and_what_is_wanted(
    hooks: Hooks,
):
    webhook = subscribe(hooks, "segment.*")
    for minute in range(200):
        kind = EventType.SEGMENT_CREATED if minute % 2 else EventType.RUN_UPDATED
        hooks.events.add(EPOCH + timedelta(minutes=minute), kind)
    hooks.clock.now = EPOCH + timedelta(minutes=300)
    start, end = EPOCH + timedelta(minutes=101), EPOCH + timedelta(minutes=161)

    assert replay(hooks, webhook, start, end) == 30

    times = sorted(one.event_at for one in hooks.deliveries.rows.values())
    assert (times[0], times[-1]) == (start, end - timedelta(minutes=2))
    known = hooks.store.get(USER, webhook.webhook_id)
    assert known is not None
    assert known.replay is not None
    assert known.replay.told == 30
    assert known.replay.finished_at is not None
    assert hooks.events.read < 20


def test_given_some_that_were_taken_when_replayed_then_they_are_passed_over_unless_asked_for(
    hooks: Hooks,
):
    webhook = subscribe(hooks)
    for _ in range(4):
        announce(hooks.context, hooks.events.add(hooks.clock()))
    all_fail(hooks)
    first, second, *_ = hooks.deliveries.rows.values()
    hooks.deliveries.rows[first.webhook_id, first.delivery_id] = replace(
        first, state=DeliveryState.DELIVERED
    )
    hooks.deliveries.rows[second.webhook_id, second.delivery_id] = replace(
        second, state=DeliveryState.PENDING
    )
    hooks.clock.now += timedelta(hours=1)

    assert replay(hooks, webhook, EPOCH, hooks.clock.now) == 2
    all_fail(hooks)
    assert replay(hooks, webhook, EPOCH, hooks.clock.now, every=True, key="k") == 4


def test_given_a_step_that_is_done_twice_when_replayed_then_nothing_is_begun_twice(hooks: Hooks):
    webhook = subscribe(hooks)
    for _ in range(3):
        hooks.events.add(hooks.clock())
    request_replay(hooks.context, webhook, EPOCH, hooks.clock(), every=True, key="k")
    (task,) = hooks.queue.replays

    assert replay_step(hooks.context, task) == 3
    known = hooks.store.get(USER, webhook.webhook_id)
    assert known is not None
    assert known.replay is not None
    # As if the worker had died before it wrote that down.
    hooks.store.note_replay(webhook, replace(known.replay, finished_at=None))
    all_fail(hooks)
    assert replay_step(hooks.context, task) == 0


def test_given_another_replay_when_the_first_goes_on_then_it_ends(hooks: Hooks):
    webhook = subscribe(hooks)
    for _ in range(PAGE + 10):
        hooks.events.add(hooks.clock())
    request_replay(hooks.context, webhook, EPOCH, hooks.clock.now, every=True, key="a")
    first = hooks.queue.replays.pop()
    request_replay(hooks.context, webhook, EPOCH, hooks.clock.now, every=True, key="b")

    assert replay_step(hooks.context, first) == 0
    assert replay_step(hooks.context, hooks.queue.replays.pop(0)) == PAGE


def test_given_numbers_that_went_with_their_video_when_replayed_then_it_goes_on_behind_them(
    hooks: Hooks,
):
    webhook = subscribe(hooks)
    for _ in range(PAGE * 3):
        hooks.events.add(hooks.clock())
    for number in range(10, PAGE * 2 + 20):
        del hooks.events.rows[USER, number]

    assert replay(hooks, webhook, EPOCH, hooks.clock()) == PAGE * 3 - (PAGE * 2 + 10)


@given(
    gaps=st.lists(st.integers(0, 3_000), max_size=40),
    gone=st.sets(st.integers(1, 40)),
    start=st.integers(0, 60_000),
)
def test_given_any_log_when_its_beginning_is_looked_for_then_nothing_that_is_meant_is_before_it(
    gaps: list[int], gone: set[int], start: int
):
    log, at = FakeEventReader(), EPOCH
    for gap in gaps:
        at += timedelta(seconds=gap)
        log.add(at)
    for number in gone:
        log.rows.pop((USER, number), None)
    moment = EPOCH + timedelta(seconds=start)

    found = _before(log, USER, moment)

    assert all(row.at < moment for (_, number), row in log.rows.items() if number <= found)
    later = [row for (_, number), row in sorted(log.rows.items()) if number > found]
    surely = [row for row in later if row.at < moment - timedelta(minutes=10)]
    assert surely == []
