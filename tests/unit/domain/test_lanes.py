"""Segments that overlap or leave something out."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from functions.domain.cutting.exactness import Exactness
from functions.domain.cutting.plan import Lane, Plan
from functions.domain.cutting.planning import make_plan
from functions.domain.cutting.segmentation import AskedRange, Mode, Segmentation
from functions.domain.media.probe import KeyframeIndex
from tests.builders import make_keyframes, make_media, make_probe
from tests.unit.domain.test_segmentation_one_pass import finder

DURATION = 600_000


@st.composite
def sources(draw: st.DrawFn) -> list[int]:
    frames = st.integers(min_value=0, max_value=DURATION // 40 - 1)
    return sorted(frame * 40 for frame in draw(st.sets(frames, min_size=1, max_size=60)))


@st.composite
def lists(draw: st.DrawFn) -> tuple[AskedRange, ...]:
    times = st.integers(0, DURATION - 1)
    pairs = draw(st.sets(st.tuples(times, st.integers(1, 60_000)), min_size=1, max_size=12))
    spans = {(start, min(start + length, DURATION)) for start, length in pairs}
    return tuple(AskedRange(start=start, end=end) for start, end in sorted(spans))


def plan_of(
    keys: Sequence[int],
    asked: Sequence[AskedRange],
    *,
    indexed: bool,
    cut: Exactness = Exactness.KEYFRAME,
) -> Plan:
    index = (
        make_keyframes(times=tuple(keys))
        if indexed
        else KeyframeIndex(times=(keys[0],), complete=False, seekable=False)
    )
    probe = make_probe(media=make_media(duration=DURATION), keyframes=index)
    options = Segmentation(mode=Mode.RANGES, ranges=tuple(asked), cut=cut)
    return make_plan(probe, options, find_keyframes=finder(keys), segments_per_window=4)


def made(plan: Plan) -> dict[int, tuple[int, int]]:
    """From which keyframe up to which each file reaches."""
    return {
        number: (piece.cut, later.cut if later else DURATION)
        for lane in plan.lanes
        for piece, later, number in _rows(lane)
        if number
    }


def _rows(lane: Lane):
    return zip(lane.pieces, [*lane.pieces[1:], None], lane.kept, strict=True)


@given(sources(), lists(), st.booleans())
def test_given_any_ranges_when_planned_then_each_file_holds_its_range_and_little_more(
    keys: list[int], asked: tuple[AskedRange, ...], indexed: bool
):
    files = made(plan_of(keys, asked, indexed=indexed))

    for number, one in enumerate(asked, 1):
        begin = max((key for key in keys if key <= one.start), default=keys[0])
        end = min((k for k in keys if k >= max(one.end, begin + 1)), default=DURATION)
        assert files[number] == (begin, end)


@given(sources(), lists(), st.booleans(), st.sampled_from(Exactness))
def test_given_any_ranges_when_planned_then_every_segment_is_in_one_lane_and_one_window(
    keys: list[int], asked: tuple[AskedRange, ...], indexed: bool, cut: Exactness
):
    plan = plan_of(keys, asked, indexed=indexed, cut=cut)

    numbers = list(range(1, len(asked) + 1))
    assert [segment.number for segment in plan.segments] == numbers
    assert sorted(n for lane in plan.lanes for n in lane.kept if n) == numbers
    assert sorted(n for window in plan.windows for n in plan.numbers_of(window)) == numbers
    assert [(one.start, one.end) for one in plan.segments] == [(a.start, a.end) for a in asked]


@given(sources(), lists(), st.booleans(), st.sampled_from(Exactness))
def test_given_any_ranges_when_planned_then_the_pieces_of_a_lane_follow_each_other(
    keys: list[int], asked: tuple[AskedRange, ...], indexed: bool, cut: Exactness
):
    for lane in plan_of(keys, asked, indexed=indexed, cut=cut).lanes:
        cuts = [piece.cut for piece in lane.pieces]
        assert all(a < b for a, b in pairwise(cuts))
        assert [piece.number for piece in lane.pieces] == list(range(1, len(lane.pieces) + 1))
        # Cut at the frame, what comes before the first picture is read from the source's start.
        exact = cut is not Exactness.KEYFRAME
        for before, piece in pairwise(lane.pieces):
            assert before.cut <= piece.after <= piece.cut or (exact and piece.after == 0)


@given(sources(), lists())
def test_given_an_exact_cut_when_planned_then_files_are_just_what_was_asked(
    keys: list[int], asked: tuple[AskedRange, ...]
):
    files = made(plan_of(keys, asked, indexed=True, cut=Exactness.ACCURATE))

    assert files == {n: (one.start, one.end) for n, one in enumerate(asked, 1)}


@given(sources(), lists(), st.booleans())
def test_given_any_ranges_when_planned_then_different_ones_have_different_contents(
    keys: list[int], asked: tuple[AskedRange, ...], indexed: bool
):
    contents = plan_of(keys, asked, indexed=indexed).contents()

    assert len(set(contents.values())) == len(asked)


def test_given_ranges_apart_when_planned_then_one_lane_holds_them_all():
    keys = range(0, DURATION, 2_000)
    asked = [AskedRange(start=at, end=at + 5_000) for at in range(0, 100_000, 10_000)]

    plan = plan_of(keys, asked, indexed=True)

    assert len(plan.lanes) == 1
    assert [plan.numbers_of(window) for window in plan.windows] == [
        (1, 2, 3, 4), (5, 6, 7, 8), (9, 10),
    ]  # fmt: skip


def test_given_overlapping_segments_when_planned_then_two_lanes_take_turns():
    probe = make_probe(
        media=make_media(duration=100_000), keyframes=make_keyframes(times=range(0, 100_000, 1_000))
    )
    options = Segmentation(length=20_000, overlap=5_000, cut=Exactness.SMART)

    plan = make_plan(probe, options, find_keyframes=finder([]), segments_per_window=4)

    lanes = [[number for number in lane.kept if number] for lane in plan.lanes]
    assert lanes == [[1, 3, 5], [2, 4, 6]]


def test_given_what_is_thrown_away_when_a_source_is_read_through_then_pieces_are_short():
    keys = range(0, DURATION, 2_000)
    asked = [AskedRange(start=500_000, end=510_000)]

    [lane] = plan_of(keys, asked, indexed=False).lanes

    before = lane.pieces[: lane.kept.index(1) + 1]
    assert max(b.cut - a.cut for a, b in pairwise(before)) <= 62_000
