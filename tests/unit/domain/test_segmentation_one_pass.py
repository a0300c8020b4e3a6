"""Sources without an index, and sources without a picture."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.domain.cutting.plan import Plan
from functions.domain.cutting.planning import FindKeyframes, make_plan
from functions.domain.cutting.segmentation import Segmentation
from functions.domain.errors import MediaError
from functions.domain.media.containers import M4A, MP4
from functions.domain.media.probe import KeyframeIndex
from tests.builders import (
    make_audio_track,
    make_keyframes,
    make_media,
    make_probe,
    make_probe_without_index,
    make_silent,
)

NO_KEYFRAMES = KeyframeIndex(times=(), complete=False, seekable=False)


def finder(keys: Sequence[int]) -> FindKeyframes:
    """The first keyframe at or after each wanted time, as a prober finds it."""

    def find(times: Sequence[int]) -> KeyframeIndex:
        later = (next((key for key in keys if key >= time), None) for time in times)
        found = tuple(key for key in later if key is not None)
        return KeyframeIndex(times=found, complete=False, seekable=False)

    return find


def plan_of(duration: int, length: int, keys: Sequence[int]) -> Plan:
    probe = make_probe(
        media=make_media(container="mpegts", duration=duration),
        keyframes=KeyframeIndex(times=(keys[0],), complete=False, seekable=False),
    )
    return make_plan(
        probe, Segmentation(length=length), find_keyframes=finder(keys), segments_per_window=4
    )


@st.composite
def sources(draw: st.DrawFn) -> tuple[int, int, list[int]]:
    duration = draw(st.integers(min_value=1_000, max_value=600_000))
    length = draw(st.integers(min_value=1_000, max_value=100_000))
    keys = draw(st.sets(st.integers(min_value=0, max_value=duration - 1), min_size=1, max_size=40))
    return duration, length, sorted(keys)


@given(sources())
def test_given_any_source_without_an_index_when_planned_then_all_of_it_is_covered(
    source: tuple[int, int, list[int]],
):
    segments = plan_of(*source).segments

    assert (segments[0].start, segments[-1].end) == (0, source[0])
    assert all(one.end == later.start for one, later in pairwise(segments))
    assert all(segment.start < segment.end for segment in segments)


@given(sources())
def test_given_any_source_without_an_index_when_planned_then_cuts_are_keyframes_that_were_found(
    source: tuple[int, int, list[int]],
):
    cuts = [segment.cut for segment in plan_of(*source).segments]

    assert set(cuts) <= set(source[2])
    assert all(one < later for one, later in pairwise(cuts))


@given(sources())
def test_given_any_source_without_an_index_when_planned_then_each_aim_names_one_keyframe_only(
    source: tuple[int, int, list[int]],
):
    for segment in plan_of(*source).segments[1:]:
        between = [key for key in source[2] if segment.after < key < segment.cut]

        assert segment.after < segment.aim < segment.cut
        assert not between


@given(sources())
def test_given_a_source_that_is_read_in_one_pass_when_planned_then_there_is_one_window(
    source: tuple[int, int, list[int]],
):
    plan = plan_of(*source)

    assert plan.one_pass
    assert [(w.first, w.last) for w in plan.windows] == [(1, len(plan.segments))]


def test_given_an_index_with_a_coarse_clock_when_planned_then_one_pass_still_uses_the_index():
    probe = make_probe(keyframes=make_keyframes(seekable=False))

    plan = make_plan(
        probe, Segmentation(length=10_000), find_keyframes=finder([]), segments_per_window=2
    )

    assert plan.one_pass
    assert [segment.cut for segment in plan.segments] == list(range(0, 60_000, 10_000))


def test_given_sound_alone_when_planned_then_it_is_cut_where_it_was_asked():
    probe = make_probe(media=make_media(video=None, duration=25_000), keyframes=NO_KEYFRAMES)

    plan = make_plan(
        probe, Segmentation(length=10_000), find_keyframes=finder([]), segments_per_window=8
    )

    assert [(s.start, s.cut) for s in plan.segments] == [(0, 0), (10_000, 10_000), (20_000, 20_000)]
    assert (plan.format, plan.audio_format, plan.video_index) == (M4A, M4A, None)


def test_given_a_silent_video_when_planned_then_no_sound_is_kept():
    plan = make_plan(
        make_silent(make_probe()),
        Segmentation(),
        find_keyframes=finder([]),
        segments_per_window=8,
    )

    assert (plan.audio_index, plan.audio_format, plan.format) == (None, None, MP4)


def test_given_a_later_track_was_chosen_when_planned_then_the_plan_names_it():
    probe = make_probe(media=make_media(audio=make_audio_track(index=3)))

    plan = make_plan(probe, Segmentation(), find_keyframes=finder([]), segments_per_window=8)

    assert (plan.video_index, plan.audio_index) == (0, 3)


def test_given_no_stream_at_all_when_planned_then_it_is_refused():
    probe = make_probe(media=make_media(video=None, audio=None), keyframes=NO_KEYFRAMES)

    with pytest.raises(MediaError, match=r"media\.no_streams"):
        make_plan(probe, Segmentation(), find_keyframes=finder([]), segments_per_window=8)


def test_given_a_source_shorter_than_a_segment_when_planned_then_nothing_is_looked_for():
    def never(_: object) -> KeyframeIndex:
        raise AssertionError("no cut, so no keyframe is needed")

    plan = make_plan(
        make_probe_without_index(),
        Segmentation(length=3_600_000),
        find_keyframes=never,
        segments_per_window=8,
    )

    assert len(plan.segments) == 1
