"""Sources with an index of keyframes: every rule holds for any keyframes, length and duration."""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from functions.domain.cutting.plan import Plan
from functions.domain.cutting.planning import make_plan
from functions.domain.cutting.segmentation import MAX_LENGTH, MIN_LENGTH, Segmentation
from functions.domain.media.probe import KeyframeIndex, Probe
from tests.builders import make_keyframes, make_media, make_probe

durations = st.integers(min_value=1, max_value=4 * 3_600_000)
lengths = st.integers(min_value=MIN_LENGTH, max_value=MAX_LENGTH)
windows = st.integers(min_value=1, max_value=40)


@st.composite
def probes(draw: st.DrawFn) -> Probe:
    """Any keyframes from the first frame on, which need not be shown at zero."""
    duration = draw(durations)
    times = draw(st.sets(st.integers(min_value=0, max_value=duration), min_size=1, max_size=60))
    origin = draw(st.sampled_from([0, 1_400, -23]))
    index = KeyframeIndex(times=tuple(sorted(times)), complete=True, seekable=True, origin=origin)
    return make_probe(media=make_media(duration=duration), keyframes=index)


def plan_of(probe: Probe, length: int, per_window: int = 8) -> Plan:
    def never(_: object) -> KeyframeIndex:
        raise AssertionError("the index is there; nothing needs to be looked for")

    return make_plan(
        probe, Segmentation(length=length), find_keyframes=never, segments_per_window=per_window
    )


@given(probes(), lengths)
def test_given_any_source_when_planned_then_segments_follow_each_other_without_a_gap(
    probe: Probe, length: int
):
    segments = plan_of(probe, length).segments

    assert [segment.number for segment in segments] == list(range(1, len(segments) + 1))
    assert all(one.end == next_.start for one, next_ in pairwise(segments))
    assert all(segment.start < segment.end for segment in segments)


@given(probes(), lengths)
def test_given_any_source_when_planned_then_all_of_it_is_covered(probe: Probe, length: int):
    segments = plan_of(probe, length).segments

    assert (segments[0].start, segments[-1].end) == (0, probe.media.duration)


@given(probes(), lengths)
def test_given_any_source_when_planned_then_cuts_are_keyframes_in_ascending_order(
    probe: Probe, length: int
):
    cuts = [segment.cut for segment in plan_of(probe, length).segments]

    assert set(cuts) <= set(probe.keyframes.times)
    assert cuts[0] == probe.keyframes.times[0]
    assert all(one < later for one, later in pairwise(cuts))


@given(probes(), lengths)
def test_given_any_source_when_planned_then_each_aim_names_one_keyframe_only(
    probe: Probe, length: int
):
    times = probe.keyframes.times
    for segment in plan_of(probe, length).segments[1:]:
        before = times[bisect_left(times, segment.cut) - 1]

        assert segment.after == before
        assert before < segment.aim < segment.cut


@given(probes(), lengths)
def test_given_any_source_when_planned_then_no_keyframe_is_nearer_to_what_was_asked(
    probe: Probe, length: int
):
    for segment in plan_of(probe, length).segments[1:]:
        nearest = min(abs(time - segment.start) for time in probe.keyframes.times)

        assert abs(segment.cut - segment.start) == nearest


@given(probes(), lengths)
def test_given_any_source_when_planned_then_what_was_asked_lies_on_whole_lengths(
    probe: Probe, length: int
):
    segments = plan_of(probe, length).segments

    assert all(segment.start % length == 0 for segment in segments)
    # A rest too short to be worth a file belongs to the last segment.
    assert len(segments) == 1 or segments[-1].end - segments[-1].start > length // 3


@given(probes(), lengths, windows)
def test_given_any_window_size_when_planned_then_windows_share_out_the_numbers(
    probe: Probe, length: int, per_window: int
):
    plan = plan_of(probe, length, per_window)
    shared = [segment.number for window in plan.windows for segment in plan.of_window(window)]

    assert shared == [segment.number for segment in plan.segments]
    assert [window.index for window in plan.windows] == list(range(len(plan.windows)))
    assert all(window.last - window.first < per_window for window in plan.windows)


@given(probes(), lengths, windows, windows)
def test_given_the_same_source_and_options_when_planned_again_then_it_is_the_same_plan(
    probe: Probe, length: int, per_window: int, another: int
):
    first = plan_of(probe, length, per_window)

    assert plan_of(probe, length, per_window) == first
    # How the work is shared out is no part of what it is.
    assert plan_of(probe, length, another).plan_id == first.plan_id


def test_given_a_keyframe_each_two_seconds_when_cut_by_five_then_each_cut_is_beside_its_target():
    plan = plan_of(make_probe(), 5_000)

    assert [segment.cut for segment in plan.segments[:5]] == [0, 4_000, 10_000, 14_000, 20_000]


def test_given_another_length_when_planned_then_the_plan_has_another_id():
    assert plan_of(make_probe(), 10_000).plan_id != plan_of(make_probe(), 12_000).plan_id


def test_given_one_keyframe_when_planned_then_there_is_one_segment():
    plan = plan_of(make_probe(keyframes=make_keyframes(every=60_000)), 5_000)

    assert len(plan.segments) == 1


def test_given_a_source_shorter_than_a_segment_when_planned_then_all_of_it_is_one():
    plan = plan_of(make_probe(media=make_media(duration=900)), 30_000)

    assert [(segment.start, segment.end) for segment in plan.segments] == [(0, 900)]
