"""Shortest and longest lengths, where cuts have to be keyframes."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from functions.domain.cutting.plan import Plan
from functions.domain.cutting.planning import make_plan
from functions.domain.cutting.segmentation import Mode, Segmentation
from functions.domain.media.probe import KeyframeIndex
from tests.builders import make_keyframes, make_media, make_probe
from tests.unit.domain.test_segmentation_one_pass import finder

GOP = 2_000


def plan_of(duration: int, options: Segmentation, *, indexed: bool, gop: int = GOP) -> Plan:
    keys = tuple(range(0, duration, gop))
    index = (
        make_keyframes(times=keys)
        if indexed
        else KeyframeIndex(times=(0,), complete=False, seekable=False)
    )
    probe = make_probe(media=make_media(duration=duration), keyframes=index)
    return make_plan(probe, options, find_keyframes=finder(keys), segments_per_window=20)


def lengths(plan: Plan) -> list[int]:
    cuts = [segment.cut for segment in plan.segments]
    return [b - a for a, b in pairwise([*cuts, plan.duration])]


@given(
    st.integers(1_000, 600_000),
    st.integers(2_000, 30_000),
    st.integers(2 * GOP, 30_000),
    st.sampled_from([Mode.NONE, Mode.PARTS]),
    st.booleans(),
)
def test_given_a_longest_length_when_cut_at_keyframes_then_no_segment_is_longer(
    duration: int, shortest: int, more: int, mode: Mode, indexed: bool
):
    options = Segmentation(mode=mode, min_length=shortest, max_length=2 * shortest + more, parts=3)

    assert max(lengths(plan_of(duration, options, indexed=indexed))) <= 2 * shortest + more


@given(st.integers(30_000, 600_000), st.integers(6_000, 30_000), st.booleans())
def test_given_a_shortest_length_when_cut_at_keyframes_then_no_segment_is_shorter(
    duration: int, shortest: int, indexed: bool
):
    options = Segmentation(length=max(shortest, 10_000), min_length=shortest)

    found = lengths(plan_of(duration, options, indexed=indexed))

    assert len(found) == 1 or min(found) >= shortest


def test_given_keyframes_further_apart_than_the_longest_when_planned_then_each_is_cut_at():
    options = Segmentation(length=5_000, max_length=5_000)

    assert lengths(plan_of(60_000, options, indexed=True, gop=20_000)) == [20_000] * 3
