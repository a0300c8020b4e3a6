from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from functions.domain.webhooks.retries import (
    DAY,
    JITTER,
    MOST_ASKED,
    STRIKES,
    WAITS,
    bounce,
    failed_long,
    held_until,
    is_over,
    next_try,
)
from tests.fakes.clock import EPOCH

RANDOM = st.floats(0, 1, exclude_max=True)
TURNS = st.integers(1, len(WAITS))


def test_given_all_waits_when_added_then_they_are_a_day():
    assert timedelta(seconds=sum(WAITS)) == DAY


@given(st.integers(1, len(WAITS) - 1), RANDOM, RANDOM)
def test_given_any_jitter_when_tried_again_then_each_wait_is_longer_than_the_one_before(
    turn: int, one: float, other: float
):
    first = next_try(turn, EPOCH, EPOCH, random=lambda: one)
    second = next_try(turn + 1, EPOCH, EPOCH, random=lambda: other)

    assert first is not None
    assert second is not None
    assert first < second


@given(st.lists(RANDOM, min_size=len(WAITS), max_size=len(WAITS)), st.integers(0, 90))
def test_given_any_jitter_and_late_schedules_when_all_fails_then_it_goes_on_for_most_of_a_day(
    jitters: list[float], late: int
):
    now, tries = EPOCH, 1
    for turn, jitter in enumerate(jitters, 1):
        again = next_try(turn, EPOCH, now, random=lambda jitter=jitter: jitter)
        assert again is not None
        assert again <= EPOCH + DAY
        now, tries = again + timedelta(seconds=late if turn < len(WAITS) else 0), tries + 1

    assert tries == len(WAITS) + 1
    assert now - EPOCH >= DAY * (1 - JITTER)
    assert next_try(tries, EPOCH, now, random=lambda: 0.5) is None
    assert failed_long(EPOCH, now)
    assert not is_over(EPOCH, now)


@given(st.integers(1, 3), RANDOM, st.integers(1, 599))
def test_given_a_queue_that_was_late_when_a_try_fails_then_those_that_are_left_follow_soon(
    turn: int, jitter: float, late: int
):
    waits = (2, 4, 8)
    now = EPOCH + timedelta(seconds=sum(waits) + late)

    again = next_try(turn, EPOCH, now, random=lambda: jitter, waits=waits)

    assert again is not None
    assert now < again <= now + timedelta(seconds=2)
    assert next_try(turn, EPOCH, now + timedelta(minutes=10), random=lambda: 0, waits=waits) is None


@given(TURNS, RANDOM, st.integers(0, 10**6))
def test_given_a_receivers_wish_when_tried_again_then_not_before_and_not_for_ever(
    turn: int, jitter: float, asked: int
):
    plain = next_try(turn, EPOCH, EPOCH, random=lambda: jitter)
    again = next_try(
        turn, EPOCH, EPOCH, random=lambda: jitter, asked=timedelta(seconds=asked)
    )  # fmt: skip

    assert plain is not None
    assert again is not None
    assert again >= plain
    assert again >= EPOCH + min(timedelta(seconds=asked), MOST_ASKED)
    assert again <= max(plain, EPOCH + MOST_ASKED)


@given(st.integers(0, 10_000))
def test_given_silence_when_it_goes_on_then_a_receiver_is_left_alone_for_longer_and_bounded(
    strikes: int,
):
    until, more = held_until(strikes, EPOCH), held_until(strikes + 1, EPOCH)

    assert (until is None) == (strikes < STRIKES)
    if until is not None:
        assert more is not None
        assert EPOCH < until <= more <= EPOCH + timedelta(minutes=10)


@given(st.integers(0, 1_000), RANDOM)
def test_given_no_place_when_asked_again_then_after_a_while_that_a_queue_can_wait(
    times: int, jitter: float
):
    assert 1 <= bounce(times, lambda: jitter) <= 257


def test_given_a_time_without_failures_when_looked_at_then_it_is_not_long():
    assert not failed_long(None, EPOCH)
    assert not failed_long(EPOCH, EPOCH + DAY / 2)
