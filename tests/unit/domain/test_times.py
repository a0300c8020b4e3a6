from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from functions.domain.times import from_iso, seconds, to_iso, utc_now

moments = st.datetimes(
    min_value=datetime(1970, 1, 1), max_value=datetime(9000, 1, 1), timezones=st.just(UTC)
)


@given(moments, moments)
def test_given_two_moments_when_written_then_text_order_is_time_order(a: datetime, b: datetime):
    assert (a < b) == (to_iso(a) < to_iso(b))


@given(moments)
def test_given_a_moment_when_written_and_read_then_no_microsecond_is_lost(moment: datetime):
    assert from_iso(to_iso(moment)) == moment


def test_given_a_moment_of_another_zone_when_written_then_it_is_in_utc():
    there = datetime(2026, 3, 1, 14, 0, tzinfo=timezone(timedelta(hours=2)))

    assert to_iso(there) == "2026-03-01T12:00:00.000000Z"


def test_given_milliseconds_when_shown_then_they_are_seconds_to_the_millisecond():
    assert [seconds(value) for value in (0, 1, 29_970, 3_600_000)] == [0.0, 0.001, 29.97, 3600.0]


def test_when_asked_for_the_time_then_it_is_aware_and_in_utc():
    assert utc_now().utcoffset() == timedelta(0)
