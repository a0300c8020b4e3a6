from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.domain.platforms.cadence import (
    LAST_RETRY,
    Cadence,
    Step,
    next_day,
    retry_at,
)
from functions.domain.posts.post import Platform

NOW = datetime(2026, 11, 21, 12, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ages = st.timedeltas(timedelta(0), timedelta(days=400))
moments = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
platforms = st.sampled_from(Platform)


@pytest.mark.parametrize(
    ("age", "wait"),
    [
        (timedelta(0), HOUR),
        (DAY - timedelta(seconds=1), HOUR),
        (DAY, 6 * HOUR),
        (7 * DAY, DAY),
        (30 * DAY, 7 * DAY),
        (90 * DAY - timedelta(seconds=1), 7 * DAY),
    ],
)
def test_given_a_posts_age_when_looked_at_then_the_next_time_is_by_its_step(
    age: timedelta, wait: timedelta
):
    assert Cadence().next(Platform.YOUTUBE, NOW - age, NOW) == NOW + wait


def test_given_a_post_of_ninety_days_when_looked_at_then_it_was_the_last_time():
    assert Cadence().next(Platform.TIKTOK, NOW - 90 * DAY, NOW) is None


def test_given_a_post_of_x_when_looked_at_then_it_is_due_on_the_next_day_at_the_earliest():
    due = Cadence().next(Platform.X, NOW - HOUR, NOW)

    assert due == datetime(2026, 11, 22, tzinfo=UTC)


def test_given_a_setting_without_daily_platforms_when_looked_at_then_x_is_like_the_others():
    cadence = Cadence(daily=frozenset())

    assert cadence.next(Platform.X, NOW - HOUR, NOW) == NOW + HOUR


def test_given_a_planned_post_when_linked_then_it_is_due_after_it_is_out():
    posted = NOW + 3 * DAY

    assert Cadence().next(Platform.FACEBOOK, posted, NOW) == posted + HOUR


@given(platforms, ages, moments)
def test_given_any_post_when_looked_at_then_it_is_due_later_or_never(
    platform: Platform, age: timedelta, now: datetime
):
    due = Cadence().next(platform, now - age, now)

    assert (due is None) == (age >= 90 * DAY)
    assert due is None or due > now


@given(platforms, ages, ages, moments)
def test_given_two_posts_when_looked_at_together_then_the_older_one_waits_no_less(
    platform: Platform, one: timedelta, other: timedelta, now: datetime
):
    young, old = sorted((one, other))
    cadence = Cadence()

    first, second = (cadence.next(platform, now - age, now) for age in (young, old))

    assert second is None or (first is not None and first <= second)


@given(moments)
def test_given_a_post_of_x_when_always_looked_at_in_time_then_no_day_sees_it_twice(
    posted: datetime,
):
    cadence, at = Cadence(), posted
    days = []
    while at is not None:
        days.append(at.date())
        at = cadence.next(Platform.X, posted, at)

    assert len(days) == len(set(days))
    # Daily while it is young: not only seldom.
    assert len(days) >= 30


@given(platforms, moments)
def test_given_a_post_when_always_looked_at_in_time_then_it_comes_to_an_end(
    platform: Platform, posted: datetime
):
    cadence, at, looks = Cadence(), posted, 0
    while at is not None:
        at, looks = cadence.next(platform, posted, at), looks + 1

    assert looks <= 24 + 24 + 23 + 9 + 4


@pytest.mark.parametrize(
    "steps",
    [
        (),
        (Step(DAY, HOUR), Step(DAY, HOUR)),
        (Step(2 * DAY, HOUR), Step(DAY, HOUR)),
        (Step(DAY, timedelta(0)),),
        (Step(timedelta(0), HOUR),),
    ],
)
def test_given_steps_that_cannot_be_when_set_then_they_are_refused(steps: tuple[Step, ...]):
    with pytest.raises(ValueError, match="steps"):
        Cadence(steps=steps)


@given(st.text(), st.integers(0, 100), moments)
def test_given_failures_in_a_row_when_tried_again_then_later_but_within_bounds(
    key: str, failures: int, now: datetime
):
    due = retry_at(key, failures, now)

    assert now + timedelta(minutes=3) < due <= now + LAST_RETRY * 1.25
    assert due == retry_at(key, failures, now)


def test_given_posts_that_failed_together_when_tried_again_then_they_are_spread():
    assert len({retry_at(f"post-{number}", 1, NOW) for number in range(50)}) == 50


@given(moments)
def test_given_any_moment_when_the_next_day_begins_then_it_is_within_a_day(now: datetime):
    begins = next_day(now)

    assert timedelta(0) < begins - now <= DAY
    assert begins.time() == datetime.min.time()
