"""When posts do best; summer time held against another implementation of time zones."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import pytest
from dateutil import tz
from hypothesis import given
from hypothesis import strategies as st

from functions.adapters.time_zones import time_zone
from functions.domain.analytics.best_times import (
    LEAST_POSTS,
    SETTLED,
    BestTimes,
    LeftOut,
    best_times,
    bounds,
    local_day,
)
from functions.domain.analytics.period import Period
from functions.domain.posts.post import Platform, new_post
from functions.domain.posts.query import PostedPost, PostSort

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
# Whole hours and parts of them, clocks that move at midnight, by half an hour, or across a date.
ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "America/Havana",
    "Pacific/Apia",
    "Africa/Casablanca",
]
INSTANTS = st.datetimes(datetime(2000, 1, 1), datetime(2036, 12, 31), timezones=st.just(UTC))


def _post(
    at: datetime | None, views: int | None, platform: Platform = Platform.TIKTOK
) -> PostedPost:
    post = replace(new_post(platform, "1", NOW), posted_at=at)
    told = {} if views is None else {"views": views}
    return PostedPost(segment_id="s", video_id="v", post=post.told(told, NOW))


def _found(
    posts: list[PostedPost],
    zone: tzinfo = UTC,
    apart: frozenset[Platform] = frozenset(),
) -> BestTimes:
    return best_times(posts, PostSort.VIEWS, zone, NOW, apart)


def _times(found: BestTimes) -> list[tuple[int | None, int | None, int, float]]:
    return [(slot.weekday, slot.hour, slot.posts, slot.index) for slot in found.best]


# A Monday.
MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
PLAIN = [_post(MONDAY + week * 7 * DAY + 9 * HOUR, 100) for week in range(3)] * 6


def test_given_posts_when_one_time_does_better_then_it_is_the_best_with_what_it_rests_on():
    good = [_post(MONDAY + 2 * DAY + 18 * HOUR, 150)] * 3

    found = _found([*PLAIN, *good])

    assert _times(found) == [(3, 18, 3, 1.5)]
    assert (found.is_enough, found.posts, found.left_out) == (True, 21, {})
    assert [(slot.weekday, slot.hour) for slot in found.slots] == [(1, 9), (3, 18)]
    assert [(slot.weekday, slot.posts) for slot in found.weekdays] == [(1, 18), (3, 3)]
    assert [(slot.hour, slot.posts) for slot in found.hours] == [(9, 18), (18, 3)]
    assert (found.first_posted, found.last_posted) == (
        MONDAY + 9 * HOUR,
        MONDAY + 14 * DAY + 9 * HOUR,
    )


def test_given_one_post_that_went_viral_when_looked_at_then_its_time_is_no_better():
    viral = [_post(MONDAY + DAY, 10**9), *[_post(MONDAY + DAY, 100)] * 2]

    assert _times(_found([*PLAIN, *viral])) == []


def test_given_a_good_time_with_few_posts_when_looked_at_then_it_is_told_but_not_the_best():
    found = _found([*PLAIN, *[_post(MONDAY + DAY, 900)] * 2])

    assert (found.best, len(found.slots)) == ((), 2)


def test_given_too_few_posts_when_looked_at_then_nothing_is_said_but_how_many_there_are():
    found = _found([_post(MONDAY, 100 + at) for at in range(LEAST_POSTS - 1)])

    assert (found.is_enough, found.posts) == (False, LEAST_POSTS - 1)
    assert found.best == found.slots == found.weekdays == found.hours == ()


def test_given_platforms_that_count_differently_when_looked_at_then_each_is_held_against_itself():
    huge = [_post(MONDAY + DAY + 9 * HOUR, 10**7, Platform.X)] * 10
    better = [_post(MONDAY + DAY + 9 * HOUR, 2 * 10**7, Platform.X)] * 4

    found = _found([*PLAIN, *huge, *better])

    assert [slot.index for slot in found.slots] == [1.0, 1.0]
    assert _times(_found([*PLAIN, *huge[:5], *better])) == []


def test_given_posts_that_do_not_count_when_looked_at_then_each_is_told_with_its_reason():
    young = _post(NOW - SETTLED + HOUR, 100)
    zeros = [_post(MONDAY, 0, Platform.INSTAGRAM)] * 6
    few = [_post(MONDAY, 5, Platform.X)] * 4
    youtube = [_post(MONDAY, 5, Platform.YOUTUBE)] * 7
    unknown = _post(MONDAY, None)

    found = _found(
        [*PLAIN, young, *zeros, *few, *youtube, unknown], apart=frozenset({Platform.YOUTUBE})
    )

    assert found.posts == len(PLAIN)
    assert found.left_out == {
        LeftOut.TOO_YOUNG: 1,
        LeftOut.NUMBER_UNKNOWN: 1,
        LeftOut.FEW_ON_PLATFORM: 10,
        LeftOut.PLATFORM_APART: 7,
    }


@pytest.mark.parametrize(
    ("at", "hour"),
    [
        # Clocks go forward at 1:00 UTC on 29 March, and back at 1:00 UTC on 26 October.
        (datetime(2025, 3, 30, 0, 59, tzinfo=UTC), (7, 1)),
        (datetime(2025, 3, 30, 1, 0, tzinfo=UTC), (7, 3)),
        (datetime(2025, 10, 26, 0, 30, tzinfo=UTC), (7, 2)),
        (datetime(2025, 10, 26, 1, 30, tzinfo=UTC), (7, 2)),
        (datetime(2025, 7, 6, 23, 0, tzinfo=UTC), (1, 1)),
    ],
)
def test_given_clocks_that_are_changed_when_a_post_is_looked_at_then_its_hour_is_the_clock_s(
    at: datetime, hour: tuple[int, int]
):
    found = _found([_post(at, 100)] * LEAST_POSTS, ZoneInfo("Europe/Berlin"))

    assert [(slot.weekday, slot.hour) for slot in found.slots] == [hour]


@given(INSTANTS, st.sampled_from(ZONES))
def test_given_any_instant_and_zone_when_told_by_its_clock_then_as_another_implementation_has_it(
    at: datetime, name: str
):
    zone, other = time_zone(name), tz.gettz(name)
    assert zone
    assert other

    (slot,) = _found_at(at, zone).slots

    local = at.astimezone(other)
    assert (slot.weekday, slot.hour) == (local.isoweekday(), local.hour)


def _found_at(at: datetime, zone: tzinfo) -> BestTimes:
    posts = [_post(at, 100)] * LEAST_POSTS
    return best_times(posts, PostSort.VIEWS, zone, at + 2 * SETTLED)


@given(INSTANTS, st.sampled_from(ZONES), st.integers(0, 3), st.integers(0, 3))
def test_given_any_local_days_when_bounded_then_no_instant_of_them_is_outside(
    at: datetime, name: str, before: int, after: int
):
    zone = ZoneInfo(name)
    day = local_day(at, zone)

    start, end = bounds(Period(day - before * DAY, day + after * DAY), zone)

    assert start <= at < end
    assert end - start <= (before + after + 1) * DAY + 26 * HOUR


def test_given_a_day_that_a_zone_has_never_had_when_bounded_then_nothing_is_in_it():
    """Samoa went from 29 to 31 December 2011."""
    day = date(2011, 12, 30)

    start, end = bounds(Period(day, day), ZoneInfo("Pacific/Apia"))

    found = {local_day(start + at * HOUR, ZoneInfo("Pacific/Apia")) for at in range(49)}
    assert day not in found
    assert end - start <= DAY
