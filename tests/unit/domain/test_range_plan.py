"""A range's file holds all of the range, whatever the source's keyframes are."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.domain.cutting.plan import Plan, PlannedSegment
from functions.domain.cutting.range_plan import Range, make_range_plan
from functions.domain.media.probe import KeyframeIndex
from functions.domain.media.reach import Reach
from tests.builders import make_keyframes, make_media, make_probe
from tests.unit.domain.test_segmentation_one_pass import finder

DURATION = 600_000
PIECE = 30_000


@st.composite
def sources(draw: st.DrawFn) -> list[int]:
    """Where keyframes are: pictures are 40 ms apart, the first need not be shown at zero."""
    frames = st.integers(min_value=0, max_value=DURATION // 40 - 1)
    return sorted(frame * 40 for frame in draw(st.sets(frames, min_size=1, max_size=80)))


@st.composite
def ranges(draw: st.DrawFn) -> Range:
    start = draw(st.integers(min_value=0, max_value=DURATION - 1))
    return Range(start=start, end=draw(st.integers(min_value=start + 1, max_value=DURATION)))


def indexed(keys: Sequence[int], asked: Range, *, early: int = 0, lacking: int = 0) -> Plan:
    """`early` is by how much the index is before what is shown; `lacking` leaves every one out
    that this number divides."""
    known = [key - early for at, key in enumerate(keys) if not lacking or not at or at % lacking]
    index = make_keyframes(times=(keys[0], *known[1:]))
    probe = make_probe(media=make_media(duration=DURATION), keyframes=index)
    return make_range_plan(probe, asked, find_keyframes=finder(keys), piece=PIECE)


def searched(keys: Sequence[int], asked: Range) -> Plan:
    index = KeyframeIndex(times=(keys[0],), complete=False, seekable=False)
    media = make_media(container="mpegts", duration=DURATION)
    probe = make_probe(media=media, keyframes=index)
    return make_range_plan(probe, asked, find_keyframes=finder(keys), piece=PIECE)


def of_sound(asked: Range, duration: int = DURATION) -> Plan:
    index = KeyframeIndex(times=(), complete=False, seekable=False)
    probe = make_probe(media=make_media(video=None, duration=duration), keyframes=index)
    return make_range_plan(probe, asked, find_keyframes=finder(()), piece=PIECE)


def wanted(plan: Plan) -> PlannedSegment:
    return plan.of_window(plan.windows[0])[-1]


def closing(plan: Plan) -> int | None:
    """The keyframe before which the file ends."""
    later = plan.segments[wanted(plan).number :]
    return later[0].cut if later else None


def first_from(keys: Sequence[int], time: int) -> int | None:
    return next((key for key in keys if key >= time), None)


def last_until(keys: Sequence[int], time: int) -> int:
    return max((key for key in keys if key <= time), default=keys[0])


@given(sources(), ranges())
def test_given_an_index_when_a_range_is_planned_then_it_opens_and_ends_at_the_nearest_outside(
    keys: list[int], asked: Range
):
    plan = indexed(keys, asked)

    assert wanted(plan).cut == last_until(keys, asked.start)
    assert closing(plan) == first_from(keys, max(asked.end, keys[0] + 1))
    assert not plan.one_pass
    assert len(plan.of_window(plan.windows[0])) == 1


@given(sources(), ranges())
def test_given_an_index_of_decoding_times_when_planned_then_it_is_as_the_pictures_are_shown(
    keys: list[int], asked: Range
):
    plan = indexed(keys, asked, early=20)

    assert wanted(plan).cut == last_until(keys, asked.start)
    assert closing(plan) == first_from(keys, max(asked.end, keys[0] + 1))


@given(sources(), ranges(), st.integers(2, 4))
def test_given_an_index_that_lacks_keyframes_when_planned_then_all_of_the_range_is_in_it(
    keys: list[int], asked: Range, lacking: int
):
    plan = indexed(keys, asked, lacking=lacking)

    assert wanted(plan).cut <= max(asked.start, keys[0])
    end = closing(plan)
    assert end is None or end >= asked.end


@given(sources(), ranges())
def test_given_an_index_when_planned_then_the_keyframe_before_is_known_to_enter_by(
    keys: list[int], asked: Range
):
    opening = wanted(indexed(keys, asked))

    if opening.number > 1:
        before = keys[keys.index(opening.cut) - 1]
        assert opening.after == before
        assert before < opening.aim < opening.cut


@given(sources(), ranges())
def test_given_no_index_when_planned_then_the_range_is_in_it_and_all_is_read_from_the_start(
    keys: list[int], asked: Range
):
    plan = searched(keys, asked)

    assert plan.one_pass
    assert plan.windows[0].first == 1
    assert wanted(plan).cut <= max(asked.start, keys[0])
    assert closing(plan) == first_from(keys, max(asked.end, wanted(plan).cut + 1))


@given(st.integers(40, 12_000), ranges())
def test_given_steady_keyframes_and_no_index_when_planned_then_the_last_before_is_found(
    gap: int, asked: Range
):
    keys = range(0, DURATION, gap)

    assert wanted(searched(keys, asked)).cut == last_until(keys, asked.start)


@given(sources(), ranges())
def test_given_no_index_when_planned_then_each_cut_names_one_keyframe_only(
    keys: list[int], asked: Range
):
    segments = searched(keys, asked).segments

    assert [segment.number for segment in segments] == list(range(1, len(segments) + 1))
    assert all(one.cut < later.cut for one, later in pairwise(segments))
    for segment in segments[1:]:
        assert first_from(keys, int(segment.aim)) == segment.cut


def test_given_no_index_when_a_late_range_is_planned_then_what_is_thrown_away_is_in_pieces():
    plan = searched(range(0, DURATION, 2_000), Range(start=500_000, end=503_000))

    before = plan.segments[: wanted(plan).number - 1]
    assert len(before) > 500_000 // PIECE - 2
    assert max(segment.end - segment.start for segment in before) <= 2 * PIECE


def test_given_no_index_when_planned_then_the_rest_is_cut_off_soon_after_the_range():
    plan = searched(range(0, DURATION, 2_000), Range(start=500_000, end=503_000))

    assert [segment.cut for segment in plan.segments[-3:]] == [500_000, 504_000, 506_000]


@given(ranges())
def test_given_sound_alone_when_planned_then_no_packet_of_the_range_is_left_out(asked: Range):
    plan = of_sound(asked)

    assert plan.one_pass
    assert wanted(plan).cut == max(0, asked.start - 125)
    end = closing(plan)
    assert end == asked.end + 125 if end is not None else asked.end + 125 >= DURATION
    assert all(one.cut < later.cut for one, later in pairwise(plan.segments))


def test_given_a_range_when_planned_then_what_was_asked_is_kept():
    asked = Range(start=11_000, end=13_000)
    plan = indexed(range(0, DURATION, 5_000), asked)

    opening = wanted(plan)
    assert (opening.start, opening.end) == (11_000, 13_000)
    assert (opening.cut, closing(plan)) == (10_000, 15_000)


def test_given_all_of_a_video_when_planned_then_it_is_one_file():
    plan = indexed(range(0, DURATION, 5_000), Range(start=0, end=DURATION))

    assert len(plan.segments) == 1
    assert (plan.segments[0].cut, closing(plan)) == (0, None)


def test_given_another_range_when_planned_then_the_plan_has_another_id():
    keys = range(0, DURATION, 5_000)
    one, other = Range(start=1_000, end=2_000), Range(start=1_000, end=3_000)

    assert indexed(keys, one).plan_id != indexed(keys, other).plan_id
    assert indexed(keys, one) == indexed(keys, one)


def test_given_an_index_when_planned_then_it_is_asked_where_in_the_file_lies_what_is_read():
    keys, asked = range(0, DURATION, 5_000), list[tuple[int, int]]()
    reach = Reach(first=1_000, last=2_000, size=10_000)

    def find(begin: int, end: int) -> Reach:
        asked.append((begin, end))
        return reach

    probe = make_probe(
        media=make_media(duration=DURATION), keyframes=make_keyframes(times=tuple(keys))
    )
    wish = Range(start=11_000, end=13_000)
    plan = make_range_plan(probe, wish, find_keyframes=finder(keys), find_reach=find, piece=PIECE)

    assert asked == [(5_000, 15_500)]
    assert plan.windows[0].reach == reach


@pytest.mark.parametrize(
    ("reach", "needed"),
    [
        (Reach(first=10, last=20, size=100), [range(10, 20)]),
        (Reach(first=10, last=20, size=100, head=5), [range(5), range(10, 20)]),
        (Reach(first=10, last=20, size=100, tail=90), [range(10, 20), range(90, 100)]),
    ],
)
def test_given_a_reach_when_read_then_only_its_bytes_are_needed(reach: Reach, needed: list[range]):
    assert reach.needed() == needed
