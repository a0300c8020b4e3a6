from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.domain.cutting.budget import (
    Budget,
    Prices,
    Shape,
    Spent,
    estimate,
    seconds_each,
    shared_out,
    width_of,
)
from functions.domain.cutting.effort import file_bytes, processor_seconds
from functions.domain.cutting.exactness import EncodeTarget, Exactness, VideoCodec
from functions.domain.cutting.plan import Plan, Window
from functions.domain.errors import MediaError
from tests.builders import make_plan, make_planned, make_video_track

BUDGET = Budget(memory_mb=3_008, seconds=720, width=20, disk=10 << 30)
TRACK = make_video_track(rotation=0, width=1_920, height=1_080, frame_rate=30.0)
MB = 1_000_000


def _accurate(count: int, length: int, **overrides: object) -> Plan:
    segments = tuple(make_planned(number, length) for number in range(1, count + 1))
    known = {"segments": segments, "duration": count * length, "cut": Exactness.ACCURATE}
    return make_plan(count, 5, **{**known, "picture": TRACK, **overrides})


@given(
    st.integers(1, 4),
    st.integers(1_000, 20_000_000),
    st.integers(1, 40),
    st.sampled_from(VideoCodec),
)
def test_given_any_accurate_cut_when_shared_out_then_every_function_has_time_to_spare(
    count: int, length: int, width: int, codec: VideoCodec
):
    budget = replace(BUDGET, width=width, disk=1 << 60)
    plan = _accurate(count, length, target=EncodeTarget(codec=codec))

    shared = shared_out(plan, 100 * MB, budget)

    encoded = {number for join in shared.joins for number in shared.numbers_of(join)}
    for window, seconds in zip(shared.windows, seconds_each(shared, 100 * MB, budget), strict=True):
        if window.chunk:
            assert seconds <= budget.seconds / 2
        else:
            # One after the other, a window may be handed over; a segment may not.
            numbers = shared.numbers_of(window)
            assert seconds <= len(numbers) * budget.seconds / 2
            assert encoded.isdisjoint(numbers)


@given(st.integers(1, 40), st.integers(1_000, 3_600_000), st.integers(1, 40))
def test_given_any_plan_when_estimated_then_more_at_once_is_never_slower_and_costs_are_the_sum(
    count: int, length: int, width: int
):
    plan = make_plan(count, 3, duration=count * length)

    few = estimate(plan, 100 * MB, replace(BUDGET, width=width))
    more = estimate(plan, 100 * MB, replace(BUDGET, width=width + 1))

    assert more.seconds <= few.seconds
    assert more.cost_usd == few.cost_usd > 0
    assert few.functions == len(plan.windows)


@pytest.mark.parametrize(
    ("plan", "shape"),
    [
        (make_plan(6, 3), Shape.ONE),
        (make_plan(60, 20), Shape.WINDOWS),
        (_accurate(2, 3_600_000), Shape.CHUNKS),
    ],
)
def test_given_a_plan_when_shared_out_then_its_shape_is_what_suits_it(plan: Plan, shape: Shape):
    shared = shared_out(plan, 10 * MB, BUDGET)

    assert estimate(shared, 10 * MB, BUDGET).shape is shape


def test_given_little_work_when_shared_out_then_one_function_makes_all_of_it():
    assert shared_out(make_plan(6, 3), MB, BUDGET).windows == (Window(index=0, first=1, last=6),)


def test_given_more_functions_when_a_segment_is_long_then_more_chunks_are_made_sooner():
    plan = _accurate(1, 3_600_000)

    narrow, wide = (shared_out(plan, MB, replace(BUDGET, width=width)) for width in (1, 20))

    assert len(wide.windows) > len(narrow.windows)
    made = [estimate(plan, MB, BUDGET) for plan in (narrow, wide)]
    assert made[1].seconds < made[0].seconds
    assert made[1].cost_usd < made[0].cost_usd * 1.2


def test_given_a_file_larger_than_the_disk_when_shared_out_then_it_is_refused():
    plan = _accurate(1, 4 * 3_600_000, target=EncodeTarget(bit_rate=20 * MB))

    with pytest.raises(MediaError, match=r"segment\.too_large"):
        shared_out(plan, MB, BUDGET)
    assert file_bytes(plan, 4 * 3_600_000) > BUDGET.disk / 2


def test_given_1080p30_when_weighed_then_it_is_what_was_measured():
    """0.62 processor seconds a second: x264 veryfast at CRF 20, decoding and sound included."""
    assert processor_seconds(_accurate(1, 1_000), 1_000) == pytest.approx(0.62, abs=0.06)


@pytest.mark.parametrize(
    ("less", "more"),
    [
        (EncodeTarget(height=360), EncodeTarget()),
        (EncodeTarget(fps=10), EncodeTarget(fps=60)),
        (EncodeTarget(), EncodeTarget(codec=VideoCodec.HEVC)),
        (EncodeTarget(), EncodeTarget(loudness=-14)),
        (EncodeTarget(), EncodeTarget(captions_key="key")),
    ],
)
def test_given_targets_when_weighed_then_what_is_more_work_takes_longer(
    less: EncodeTarget, more: EncodeTarget
):
    one, other = (
        processor_seconds(_accurate(1, 1_000, target=target), 10_000) for target in (less, more)
    )

    assert one < other


def test_given_only_sound_when_weighed_then_there_is_no_picture_to_encode():
    plan = make_plan(1, 1, picture=None)

    assert 0 < processor_seconds(plan, 10_000) < 1
    assert file_bytes(plan, 1_000) == 16_000


@pytest.mark.parametrize(
    ("limit", "width"), [(None, 20), (1_000, 20), (40, 16), (10, 4), (2, 1), (0, 1)]
)
def test_given_an_account_s_limit_when_planned_then_a_run_takes_its_share(
    limit: int | None, width: int
):
    assert width_of(limit, 40, 20) == width


def test_given_what_functions_took_when_priced_then_it_is_their_gb_seconds_calls_and_steps():
    spent = Spent(calls=2, milliseconds=3_000, mb_milliseconds=1_024_000)

    assert spent.cost(Prices(gb_second=1, request=10, transition=100)) == pytest.approx(621)
