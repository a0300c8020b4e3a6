from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from functions.domain.ids import ordered_id
from functions.domain.runs.lease import (
    BEAT_SECONDS,
    LEASE,
    SKEW,
    WATCH_SHARDS,
    half_gone,
    is_over,
    lease_from,
    watch_shard,
)
from tests.fakes.clock import EPOCH

moments = st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=1))
skews = st.timedeltas(min_value=-SKEW, max_value=SKEW)


@given(skews, moments)
def test_given_clocks_that_differ_when_a_lease_holds_by_its_holders_then_by_nobodys_it_is_over(
    skew: timedelta, later: timedelta
):
    """The holder writes by its own clock, another reads by one that is up to SKEW ahead."""
    holder = EPOCH + later
    until = lease_from(EPOCH)

    if holder <= until:
        assert not is_over(until, holder + skew)


@given(moments)
def test_given_a_lease_when_time_passes_then_it_is_over_once_and_stays_so(later: timedelta):
    until = lease_from(EPOCH)

    assert is_over(until, EPOCH + later) == (later > LEASE + SKEW)


def test_given_a_lease_when_half_of_it_is_gone_then_it_is_time_to_move_it_on():
    until = lease_from(EPOCH)

    assert not half_gone(until, EPOCH + LEASE / 2)
    assert half_gone(until, EPOCH + LEASE / 2 + timedelta(seconds=1))
    assert half_gone(None, EPOCH)


def test_given_a_worker_that_looks_when_it_should_then_the_lease_is_moved_on_long_before_it_ends():
    assert timedelta(seconds=BEAT_SECONDS) * 10 < LEASE / 2


def test_given_many_names_when_they_are_watched_then_every_shard_has_some():
    assert {watch_shard(f"video-{n}") for n in range(100)} == set(WATCH_SHARDS)
    assert watch_shard("video-1") == watch_shard("video-1")


@given(st.lists(st.integers(min_value=0, max_value=2**48 - 1), min_size=2, unique=True))
def test_given_numbers_when_ids_are_made_of_them_then_they_sort_as_the_numbers_do(
    numbers: list[int],
):
    ids = {number: ordered_id(number, "rerun", "video") for number in numbers}

    assert sorted(ids.values()) == [ids[number] for number in sorted(numbers)]


def test_given_a_number_when_an_id_is_made_of_it_then_it_is_derived_and_a_uuid():
    made = ordered_id(7, "rerun", "video-1")

    assert made == ordered_id(7, "rerun", "video-1") != ordered_id(7, "rerun", "video-2")
    assert made.startswith("00000000-0007-8")
    assert made[19] in "89ab"
