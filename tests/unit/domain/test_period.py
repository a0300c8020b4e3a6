from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.domain.analytics.period import FARTHEST, LONGEST, AskedDays, Period
from functions.domain.errors import InvalidInputError

TODAY = date(2026, 3, 1)
DAY = timedelta(days=1)
OLDEST = TODAY - FARTHEST * DAY


def _flaws(**asked: object) -> dict[str, str]:
    with pytest.raises(InvalidInputError) as raised:
        AskedDays(**asked).period(TODAY)
    return {flaw.pointer: flaw.code for flaw in raised.value.fields}


def test_given_nothing_when_asked_then_it_is_the_usual_days_up_to_today():
    assert AskedDays(usual=7).period(TODAY) == Period(date(2026, 2, 23), TODAY)


@pytest.mark.parametrize(
    ("first", "last"),
    [
        (TODAY, TODAY),
        (TODAY, TODAY + DAY),
        (OLDEST, OLDEST),
        (OLDEST, OLDEST + (LONGEST - 1) * DAY),
    ],
)
def test_given_days_at_the_bounds_when_asked_then_they_are_the_period(first: date, last: date):
    assert AskedDays(first=first, last=last).period(TODAY) == Period(first, last)


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        ({"days": 367}, {"/days": "too_long"}),
        ({"first": TODAY}, {"/to": "missing"}),
        ({"last": TODAY}, {"/from": "missing"}),
        ({"first": TODAY, "last": TODAY + 2 * DAY}, {"/to": "in_future"}),
        ({"first": OLDEST - DAY, "last": OLDEST}, {"/from": "too_early"}),
        ({"first": TODAY, "last": TODAY - DAY}, {"/to": "before_from"}),
        ({"first": TODAY - LONGEST * DAY, "last": TODAY}, {"/to": "too_long"}),
        (
            {"days": 7, "first": date.min, "last": date.max},
            {"/days": "not_together", "/from": "too_early", "/to": "too_long"},
        ),
    ],
)
def test_given_days_that_cannot_be_when_asked_then_all_that_is_wrong_is_named(
    asked: dict[str, object], wrong: dict[str, str]
):
    assert _flaws(**asked) == wrong


@given(st.dates(OLDEST, TODAY), st.integers(1, LONGEST))
def test_given_any_period_when_halved_with_the_one_before_then_no_day_is_in_both_or_in_none(
    first: date, days: int
):
    period = Period(first, first + (days - 1) * DAY)

    every = [*period.before().every_day(), *period.every_day()]

    assert every == [first + at * DAY for at in range(-days, days)]
    assert all(period.holds(day) == (day >= first) for day in every)
