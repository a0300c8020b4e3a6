"""Cuts that keep segments between a shortest and a longest length."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from functions.domain.cutting.lengths import held

TIMES = st.lists(st.integers(min_value=0, max_value=600_000), max_size=60).map(sorted)
DURATIONS = st.integers(min_value=1, max_value=600_000)
SHORTEST = st.integers(min_value=1, max_value=60_000)


@given(TIMES, DURATIONS, SHORTEST)
def test_given_any_wanted_cuts_when_held_then_none_is_made_up_and_no_segment_is_too_short(
    wanted: list[int], duration: int, shortest: int
):
    cuts = held(wanted, duration, shortest=shortest)

    assert set(cuts) <= set(wanted)
    lengths = [b - a for a, b in pairwise([0, *cuts, duration])]
    assert not cuts or min(lengths) >= shortest


@given(TIMES, st.integers(min_value=60_000, max_value=600_000), SHORTEST, st.integers(0, 60_000))
def test_given_a_longest_length_when_held_then_both_hold(
    wanted: list[int], duration: int, shortest: int, more: int
):
    longest = 2 * shortest + more

    cuts = held(wanted, duration, shortest=shortest, longest=longest)

    lengths = [b - a for a, b in pairwise([0, *cuts, duration])]
    assert max(lengths) <= longest
    assert len(lengths) == 1 or min(lengths) >= shortest


def test_given_cuts_that_are_needed_when_held_then_they_are_chosen_between_the_bounds():
    asked: list[tuple[int, int]] = []

    def choose(first: int, last: int) -> int:
        asked.append((first, last))
        return first

    assert held([], 25, shortest=5, longest=10, choose=choose) == (5, 10, 15)
    assert asked == [(5, 10), (10, 15), (15, 20)]


def test_given_cuts_that_are_far_enough_when_held_then_all_of_them_are_kept():
    assert held([10, 20, 30], 40, shortest=10) == (10, 20, 30)
