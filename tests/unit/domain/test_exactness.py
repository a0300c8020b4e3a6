"""What an exact cut may be asked for, and the plan that comes of it."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.domain.codec import from_plain, to_plain
from functions.domain.cutting.exactness import CutReason, EncodeTarget, Exactness, Shape
from functions.domain.cutting.plan import Plan
from functions.domain.cutting.planning import make_plan
from functions.domain.cutting.segmentation import MIN_LENGTH, Segmentation
from functions.domain.errors import InvalidInputError
from functions.domain.media.containers import MOV, MP4
from functions.domain.media.probe import KeyframeIndex, Probe
from tests.builders import (
    make_audio_track,
    make_keyframes,
    make_media,
    make_probe,
    make_probe_without_index,
    make_video_track,
)

TARGET = EncodeTarget(height=720, fps=30, crf=23, shape=Shape.PORTRAIT, offset=0.3, loudness=-14)


def plan_of(probe: Probe, per_window: int = 20, **options: Any) -> Plan:
    def never(_: object) -> KeyframeIndex:
        raise AssertionError("an exact cut needs no keyframes")

    asked = Segmentation(**{"length": 7_000, "cut": Exactness.SMART} | options)
    return make_plan(probe, asked, find_keyframes=never, segments_per_window=per_window)


def probe_of(**overrides: Any) -> Probe:
    return make_probe(media=make_media(**overrides))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("height", 100),
        ("height", 721),
        ("fps", 0),
        ("fps", 240),
        ("crf", 60),
        ("bit_rate", 10),
        ("offset", 1.1),
        ("loudness", -23),
    ],
)
def test_given_a_target_that_cannot_be_met_when_it_is_made_then_the_wrong_place_is_named(
    name: str, value: Any
):
    with pytest.raises(InvalidInputError) as caught:
        EncodeTarget(**{name: value})

    assert [field.pointer for field in caught.value.fields] == [f"/{name}"]


def test_given_a_crf_and_a_bit_rate_when_a_target_is_made_then_it_is_refused():
    with pytest.raises(InvalidInputError):
        EncodeTarget(crf=20, bit_rate=4_000_000)


def test_given_a_cut_that_copies_when_it_has_a_target_then_it_is_refused():
    with pytest.raises(InvalidInputError):
        Segmentation(cut=Exactness.SMART, target=TARGET)


def test_given_a_row_of_before_when_it_is_read_then_its_cut_is_at_keyframes():
    assert from_plain(Segmentation, {"mode": "fixed", "length": 5_000}).cut is Exactness.KEYFRAME


def test_given_an_accurate_cut_when_it_is_stored_then_its_target_comes_back():
    asked = Segmentation(cut=Exactness.ACCURATE, target=TARGET)

    assert from_plain(Segmentation, to_plain(asked)) == asked


def test_given_an_exact_plan_when_it_is_stored_then_it_comes_back():
    plan = plan_of(probe_of(), cut=Exactness.ACCURATE, target=TARGET)

    assert from_plain(Plan, to_plain(plan)) == plan


@given(
    st.integers(min_value=1, max_value=4_000_000),
    st.integers(min_value=MIN_LENGTH, max_value=300_000),
)
def test_given_any_length_when_an_exact_cut_is_planned_then_cuts_are_where_they_were_asked(
    duration: int, length: int
):
    probe = make_probe(media=make_media(duration=duration), keyframes=make_keyframes(duration))
    segments = plan_of(probe, length=length).segments

    assert [segment.cut for segment in segments] == [segment.start for segment in segments]
    assert all(one.end == later.start for one, later in pairwise(segments))
    assert all(later.start % length == 0 for later in segments)
    assert (segments[0].start, segments[-1].end) == (0, duration)


def test_given_a_late_picture_when_an_exact_cut_is_planned_then_no_segment_ends_before_it():
    probe = make_probe(keyframes=replace(make_keyframes(), times=(9_000, 12_000)))

    assert plan_of(probe).segments[0].end == 14_000


def test_given_a_source_with_an_index_when_an_exact_cut_is_planned_then_its_windows_are_small():
    assert [(w.first, w.last) for w in plan_of(probe_of(), per_window=12).windows] == [
        (1, 3),
        (4, 6),
        (7, 9),
    ]


def test_given_a_source_without_an_index_when_an_exact_cut_is_planned_then_one_window_reads_it():
    plan = plan_of(make_probe_without_index())

    assert (len(plan.windows), plan.one_pass) == (1, True)


def test_given_the_same_options_but_for_the_cut_when_planned_then_the_plan_has_another_name():
    asked = [
        {"cut": Exactness.KEYFRAME},
        {"cut": Exactness.SMART},
        {"cut": Exactness.ACCURATE},
        {"cut": Exactness.ACCURATE, "target": TARGET},
        {"cut": Exactness.ACCURATE, "target": replace(TARGET, offset=0.4)},
    ]

    names = {plan_of(probe_of(), **options).plan_id for options in asked}

    assert len(names) == len(asked)


CASES: list[tuple[dict[str, Any], Exactness, CutReason | None]] = [
    ({}, Exactness.SMART, None),
    ({"video": make_video_track(codec="hevc")}, Exactness.ACCURATE, CutReason.CODEC),
    ({"audio": make_audio_track(codec="vorbis")}, Exactness.ACCURATE, CutReason.CONTAINER),
    ({"video": None}, Exactness.KEYFRAME, CutReason.NO_PICTURE),
]
SOUND_INDEX = KeyframeIndex(times=(), complete=False, seekable=False)


@pytest.mark.parametrize(("media", "cut", "reason"), CASES)
def test_given_streams_when_a_smart_cut_is_planned_then_it_is_what_can_be_made_of_them(
    media: dict[str, Any], cut: Exactness, reason: CutReason | None
):
    keyframes = make_keyframes() if media.get("video", 1) else SOUND_INDEX
    container = "matroska,webm" if "audio" in media else "mov,mp4"
    plan = plan_of(
        make_probe(media=make_media(**{"container": container} | media), keyframes=keyframes)
    )

    assert (plan.cut, plan.cut_reason) == (cut, reason)


@pytest.mark.parametrize(
    ("cut", "file_format"), [(Exactness.SMART, MOV), (Exactness.ACCURATE, MP4)]
)
def test_given_sound_as_cameras_make_it_when_an_exact_cut_is_planned_then_its_format_can_hold_it(
    cut: Exactness, file_format: object
):
    plan = plan_of(probe_of(audio=make_audio_track(codec="pcm_s16le")), cut=cut)

    assert plan.format == file_format
