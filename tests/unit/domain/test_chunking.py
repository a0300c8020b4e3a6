from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from functions.domain.cutting.chunking import SHORTEST, chunks, in_chunks
from functions.domain.cutting.plan import Lane, Plan, Window
from tests.builders import make_plan, make_planned


def _numbers(plan: Plan) -> list[int]:
    """Of all windows that are no chunks, and of all joins."""
    windows = [window for window in plan.windows if window.chunk is None]
    return sorted(
        number for window in (*windows, *plan.joins) for number in plan.numbers_of(window)
    )


@given(st.integers(0, 10**8), st.integers(1, 10**8), st.integers(1, 500))
def test_given_any_segment_when_divided_then_nothing_is_left_out_or_there_twice(
    start: int, length: int, count: int
):
    piece = make_planned(start=start, end=start + length)

    made = chunks(piece, count)

    assert (made[0].start, made[-1].end) == (piece.start, piece.end)
    assert all(one.end == later.start for one, later in pairwise(made))
    assert len(made) == 1 or min(one.end - one.start for one in made) >= SHORTEST


@given(st.lists(st.integers(1, 4), min_size=1, max_size=12), st.integers(1, 5))
def test_given_any_long_segments_when_divided_then_each_segment_is_made_once(
    counts: list[int], per_window: int
):
    plan = make_plan(len(counts), per_window)

    made = in_chunks(plan, lambda piece: counts[piece.number - 1])

    assert _numbers(made) == list(range(1, len(counts) + 1))
    every = (*made.windows, *made.joins)
    assert [window.index for window in every] == list(range(len(every)))
    for join in made.joins:
        (number,) = made.numbers_of(join)
        assert list(made.chunks_of(join)) == chunks(made.segments[number - 1], counts[number - 1])
        assert made.window(join.index) == join
    assert len(made.joins) == sum(count > 1 for count in counts)


def test_given_no_long_segment_when_divided_then_the_plan_stays_as_it_is():
    plan = make_plan(6, 3)

    assert in_chunks(plan, lambda _: 1) == plan


def test_given_lanes_when_divided_then_only_what_is_kept_counts():
    pieces = tuple(make_planned(number) for number in range(1, 5))
    lane = Lane(pieces=pieces, kept=(2, 0, 1, 0))
    plan = make_plan(
        2,
        lanes=(lane,),
        windows=(Window(index=0, first=1, last=4, lane=0),),
        segments=(make_planned(1, start=20_000, end=30_000), make_planned(2, start=0, end=10_000)),
    )

    made = in_chunks(plan, lambda _: 2)

    assert [(window.first, window.last) for window in made.joins] == [(1, 1), (3, 3)]
    assert [made.numbers_of(window) for window in made.joins] == [(2,), (1,)]
    assert all(window.lane == 0 and window.chunk for window in made.windows)
