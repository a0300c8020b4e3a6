from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.domain.platforms.budgets import (
    LIMITS,
    NEAR,
    Pace,
    allowance,
    divide,
    pace,
    pace_told,
)
from functions.domain.platforms.windows import Window, minutes, month, pacific_day
from functions.domain.posts.post import Platform

limits = st.integers(1, 100_000)
shares = st.floats(0, 1)
wanted = st.dictionaries(st.text(max_size=4), st.integers(0, 500), max_size=30)
moments = st.datetimes(datetime(2008, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))


@given(limits, st.integers(0, 200_000), shares)
def test_given_any_limit_when_units_are_allowed_then_it_is_never_crossed(
    limit: int, used: int, elapsed: float
):
    allowed = allowance(limit, used, elapsed)

    assert allowed >= 0
    assert allowed == 0 or used + allowed <= limit


@given(limits, st.integers(0, 100_000), shares, shares)
def test_given_a_window_when_time_passes_then_what_is_allowed_does_not_shrink(
    limit: int, used: int, one: float, other: float
):
    early, late = sorted((one, other))

    assert allowance(limit, used, early) <= allowance(limit, used, late)


@given(limits)
def test_given_a_window_when_it_is_over_then_all_of_it_could_be_used(limit: int):
    assert allowance(limit, 0, 1.0) == limit


@given(st.integers(100, 100_000), shares)
def test_given_a_limit_that_is_near_when_paced_then_the_rest_is_spread_over_the_time_left(
    limit: int, elapsed: float
):
    used = int(limit * NEAR)
    allowed = allowance(limit, used, elapsed)

    assert allowed <= (limit - used) * elapsed + 1
    assert pace(limit, used + allowed, elapsed) is Pace.WAIT


@pytest.mark.parametrize(
    ("used", "elapsed", "expected"),
    [
        (0, 0.0, Pace.FREE),
        (799, 0.0, Pace.FREE),
        (800, 0.0, Pace.WAIT),
        (800, 0.5, Pace.SLOW),
        (900, 0.5, Pace.WAIT),
        (999, 1.0, Pace.SLOW),
        (1_000, 1.0, Pace.WAIT),
    ],
)
def test_given_a_share_of_a_limit_when_paced_then_it_slows_near_it_and_waits_at_it(
    used: int, elapsed: float, expected: Pace
):
    assert pace(1_000, used, elapsed) is expected


@pytest.mark.parametrize(
    ("used", "expected"),
    [(0.0, Pace.FREE), (0.79, Pace.FREE), (0.8, Pace.SLOW), (0.99, Pace.SLOW), (1.0, Pace.WAIT)],
)
def test_given_what_a_platform_says_when_paced_then_it_is_heeded(used: float, expected: Pace):
    assert pace_told(used) is expected


@given(st.integers(-5, 5_000), wanted)
def test_given_units_when_divided_then_none_is_wasted_and_none_is_made_up(
    units: int, wants: dict[str, int]
):
    shared = divide(units, wants)

    assert sum(shared.values()) == min(max(0, units), sum(wants.values()))
    assert shared.keys() == wants.keys()
    assert all(0 <= shared[user] <= wants[user] for user in wants)


@given(st.integers(0, 5_000), wanted)
def test_given_units_when_divided_then_who_goes_short_has_as_much_as_anybody(
    units: int, wants: dict[str, int]
):
    shared = divide(units, wants)

    most = max(shared.values(), default=0)
    short = [shared[user] for user in wants if shared[user] < wants[user]]
    assert all(share >= most - 1 for share in short)


def test_given_one_user_with_very_much_when_divided_then_the_others_get_all_they_want():
    shared = divide(10_000, {"hoarder": 1_000_000, "anna": 10, "ben": 2_000})

    assert shared == {"hoarder": 7_990, "anna": 10, "ben": 2_000}


def test_given_the_platforms_limits_when_looked_up_then_x_counts_posts_and_youtube_calls():
    youtube = LIMITS[Platform.YOUTUBE]
    reads = next(limit for limit in LIMITS[Platform.X] if limit.name == "reads")

    assert [(limit.units, limit.cost(50)) for limit in youtube] == [(10_000, 1)]
    assert (reads.units, reads.cost(100)) == (3_000_000, 100)


@given(moments, st.sampled_from([pacific_day, month]))
def test_given_any_moment_when_its_window_is_looked_up_then_it_is_in_it(
    now: datetime, window: object
):
    found: Window = window(now)  # type: ignore[operator]

    assert found.begins <= now < found.ends
    assert window(found.begins) == found  # type: ignore[operator]
    assert window(found.ends).begins == found.ends  # type: ignore[operator]
    assert window(found.ends).name != found.name  # type: ignore[operator]
    assert 0 <= found.elapsed(now) < 1


@given(moments, st.sampled_from([1, 15, 60]))
def test_given_any_moment_when_counted_by_minutes_then_its_window_is_as_long(
    now: datetime, length: int
):
    found = minutes(now, length)

    assert found.begins <= now < found.ends
    assert found.ends - found.begins == timedelta(minutes=length)


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        # Winter, summer, and both nights on which the clock is changed.
        ("2026-01-15T07:59:59+00:00", "2026-01-15T08:00:00+00:00"),
        ("2026-01-15T08:00:00+00:00", "2026-01-16T08:00:00+00:00"),
        ("2026-07-04T06:59:00+00:00", "2026-07-04T07:00:00+00:00"),
        ("2026-07-04T07:00:00+00:00", "2026-07-05T07:00:00+00:00"),
        ("2026-03-08T09:00:00+00:00", "2026-03-09T07:00:00+00:00"),
        ("2026-11-01T08:00:00+00:00", "2026-11-02T08:00:00+00:00"),
        ("2026-10-31T23:00:00+00:00", "2026-11-01T07:00:00+00:00"),
        # The last hour of a day of 25 hours, and the first of the next.
        ("2026-11-02T07:30:00+00:00", "2026-11-02T08:00:00+00:00"),
    ],
)
def test_given_a_day_in_los_angeles_when_it_ends_then_it_is_midnight_there(now: str, ends: str):
    assert pacific_day(datetime.fromisoformat(now)).ends == datetime.fromisoformat(ends)


def test_given_a_year_of_days_in_los_angeles_when_walked_then_one_is_short_and_one_is_long():
    at, lengths = datetime(2026, 1, 1, 8, tzinfo=UTC), []
    for _ in range(365):
        day = pacific_day(at)
        lengths.append((day.ends - day.begins) // timedelta(hours=1))
        at = day.ends

    assert sorted(lengths) == [23, *[24] * 363, 25]
    assert at == datetime(2027, 1, 1, 8, tzinfo=UTC)
