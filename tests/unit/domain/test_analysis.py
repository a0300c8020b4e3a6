from __future__ import annotations

import base64
import math
import struct
import zlib
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.domain.analyses.analysis import (
    STEP,
    AnalysisWindow,
    SoundFindings,
    TileGrid,
    WindowFindings,
)
from functions.domain.analyses.boundaries import SceneChange, Stretch
from functions.domain.analyses.loudness import integrated
from functions.domain.analyses.plan import (
    ANALYSES,
    MAX_TILES,
    MAX_WINDOWS,
    MOMENTS,
    plan_analysis,
)
from functions.domain.analyses.result import AnalysisResult, joined, merged, whole_sound
from functions.domain.analyses.scene_scores import Picture, scene_changes
from functions.domain.analyses.storyboard import SheetRow, Storyboard
from functions.domain.analyses.waveform import (
    HEIGHT,
    MAX_POINTS,
    WIDTH,
    peaks_document,
    waveform_png,
)
from functions.domain.codec import from_plain, to_plain
from functions.domain.extras import Extra
from functions.domain.media.probe import KeyframeIndex
from tests.builders import make_probe

durations = st.integers(1, 12 * 3_600_000)


def _probe(duration: int, **overrides: object):
    probe = make_probe()
    return replace(probe, media=replace(probe.media, duration=duration, **overrides))


@given(duration=durations)
def test_given_any_length_when_planned_then_windows_follow_each_other_to_the_end(duration: int):
    windows = plan_analysis(_probe(duration), ANALYSES).windows

    assert windows[0].start == 0
    assert windows[-1].end == duration
    assert all(one.end == two.start for one, two in pairwise(windows))
    assert all(one.start < one.end for one in windows)
    assert len(windows) <= MAX_WINDOWS


@given(duration=durations)
def test_given_any_length_when_planned_then_each_tile_lies_in_one_window(duration: int):
    plan = plan_analysis(_probe(duration), ANALYSES)
    assert plan.tiles

    times = [time for window in plan.windows for time in plan.tiles.times(window)]

    assert times == list(range(0, duration, plan.tiles.interval))
    assert len(times) <= MAX_TILES


@given(duration=durations)
def test_given_any_length_when_planned_then_moments_lie_in_the_video(duration: int):
    plan = plan_analysis(_probe(duration), ANALYSES)

    assert 1 <= len(plan.moments) <= MOMENTS
    assert all(0 <= one.start < one.end <= duration for one in plan.moments)
    assert sum(len(plan.moments_of(window)) for window in plan.windows) == len(plan.moments)


def test_given_no_index_when_planned_then_there_is_one_window():
    probe = replace(
        _probe(7_200_000), keyframes=KeyframeIndex(times=(0,), complete=False, seekable=False)
    )

    plan = plan_analysis(probe, ANALYSES)

    assert (len(plan.windows), plan.enterable) == (1, False)


def test_given_only_sound_wanted_when_planned_then_no_picture_is_read():
    plan = plan_analysis(_probe(60_000), [Extra.LOUDNESS])

    assert (plan.video_index, plan.wanted) == (None, (Extra.LOUDNESS,))


def test_given_extras_that_streams_cannot_give_when_planned_then_nothing_is_read():
    plan = plan_analysis(_probe(60_000, audio=None), [Extra.LOUDNESS])

    assert (plan.windows, plan.asked) == ((), (Extra.LOUDNESS,))
    assert merged(plan, []).made == (Extra.LOUDNESS,)


def test_given_a_plan_when_stored_and_read_then_it_is_the_same():
    plan = plan_analysis(_probe(600_000), ANALYSES)

    assert from_plain(type(plan), to_plain(plan)) == plan


@pytest.mark.parametrize("level", [-14.0, -23.0, -40.5])
def test_given_steady_sound_when_integrated_then_it_is_that_loud(level: float):
    assert integrated([round(level * 100)] * 50) == level


def test_given_nothing_audible_when_integrated_then_there_is_no_loudness():
    assert integrated([-12_000, -7_000]) is None
    assert integrated([]) is None


def test_given_pauses_when_integrated_then_they_do_not_count():
    """Ten decibels below the mean of what is audible is gated, as is silence."""
    assert integrated([-2_000] * 50 + [-3_500] * 50 + [-9_000] * 50) == -20.0


def test_given_two_levels_when_integrated_then_powers_are_averaged():
    expected = 10 * math.log10((10**-2.0 + 10**-2.3) / 2)

    assert integrated([-2_000, -2_300]) == pytest.approx(expected, abs=0.01)


@given(st.lists(st.integers(-9_000, 0), max_size=60).flatmap(st.permutations))
def test_given_any_order_when_integrated_then_it_is_as_loud(momentary: list[int]):
    assert integrated(momentary) == integrated(sorted(momentary))


def _pictures(*changes: float) -> list[Picture]:
    return [Picture(at=place * 40, change=change) for place, change in enumerate(changes)]


def test_given_one_change_when_scored_then_it_is_a_scene():
    assert scene_changes(_pictures(0, 1, 1, 31, 1, 1)) == (SceneChange(at=120, score=30.0),)


def test_given_steady_movement_when_scored_then_it_is_none():
    assert scene_changes(_pictures(0, 20, 20, 20, 20, 20, 20)[2:]) == ()


def test_given_a_cut_into_movement_when_scored_then_it_is_found():
    (found,) = scene_changes(_pictures(1, 1, 1, 40, 15, 15, 15))

    assert (found.at, found.score) == (120, 32.0)


@given(st.lists(st.floats(0, 100), max_size=30))
def test_given_any_changes_when_scored_then_scores_are_within_their_scale(changes: list[float]):
    found = scene_changes(_pictures(*changes))

    assert all(3 <= scene.score <= 100 for scene in found)
    assert [scene.at for scene in found] == sorted({scene.at for scene in found})


def test_given_black_over_a_join_when_merged_then_it_is_one_stretch():
    plan = replace(
        plan_analysis(_probe(20_000), [Extra.BLACK]),
        windows=(
            AnalysisWindow(index=0, start=0, end=10_000),
            AnalysisWindow(index=1, start=10_000, end=20_000),
        ),
    )
    found = [
        WindowFindings(index=0, black=(Stretch(start=9_700, end=10_000),)),
        WindowFindings(
            index=1, black=(Stretch(start=10_020, end=10_300), Stretch(start=15_000, end=15_100))
        ),
    ]

    assert merged(plan, found).black == (Stretch(start=9_700, end=10_300),)


def test_given_stretches_apart_when_joined_then_they_stay_apart():
    apart = [Stretch(start=0, end=500), Stretch(start=700, end=900)]

    assert joined(apart) == apart


def test_given_sound_that_ends_early_when_merged_then_the_rest_is_silence_in_its_place():
    plan = replace(
        plan_analysis(_probe(2_000), [Extra.SILENCE]),
        windows=(
            AnalysisWindow(index=0, start=0, end=1_000),
            AnalysisWindow(index=1, start=1_000, end=2_000),
        ),
    )
    half = base64.b64encode(b"\x0c" * 50).decode()
    sound = SoundFindings(levels=half, lows=half, highs=half)
    found = [WindowFindings(index=index, sound=sound) for index in (0, 1)]

    whole = whole_sound(plan, found)

    assert whole.levels == (b"\x0c" * 50 + b"\xff" * 50) * 2
    envelope = merged(plan, found).boundaries.envelope
    assert envelope
    assert envelope.silences(level=-40, minimum=400) == (
        Stretch(start=500, end=1_000),
        Stretch(start=1_500, end=2_000),
    )


def test_given_what_was_made_when_more_is_found_then_nothing_is_lost():
    first = AnalysisResult(made=(Extra.PREVIEW,), preview="a")
    later = AnalysisResult(made=(Extra.BLACK,), black=())

    both = first.with_found(later)

    assert (both.made, both.preview, both.black) == ((Extra.PREVIEW, Extra.BLACK), "a", ())


GRID = TileGrid(interval=1_000, width=160, height=90, columns=2, rows=2)


def test_given_sheets_when_written_as_webvtt_then_each_cue_names_its_place():
    window = AnalysisWindow(index=0, start=0, end=6_000)
    board = Storyboard(tiles=GRID, rows=(SheetRow(window=window, count=2),), until=5_400)

    text = board.webvtt(lambda window, sheet: f"{window}-{sheet}.jpg")

    assert text.startswith("WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n0-0.jpg#xywh=0,0,160,90\n\n")
    assert "00:00:03.000 --> 00:00:04.000\n0-0.jpg#xywh=160,90,160,90\n" in text
    assert text.endswith("00:00:05.000 --> 00:00:05.400\n0-1.jpg#xywh=160,0,160,90\n")


@given(lows=st.binary(max_size=3 * MAX_POINTS))
def test_given_any_sound_when_told_as_peaks_then_there_are_few_and_none_is_lost(lows: bytes):
    document = peaks_document(lows, lows)

    assert document["length"] <= MAX_POINTS
    assert len(document["data"]) == 2 * document["length"]
    per_point = document["samples_per_pixel"] * 1_000 // document["sample_rate"] // STEP
    assert document["length"] == -(-len(lows) // per_point)
    assert min(document["data"], default=0) == min(lows, default=128) - 128


def test_given_sound_when_drawn_then_it_is_a_picture_of_it():
    half = 500
    body = waveform_png(b"\x80" * half + b"\x00" * half, b"\x80" * half + b"\xff" * half)

    assert struct.unpack(">II", body[16:24]) == (WIDTH, HEIGHT)
    start = body.index(b"IDAT") + 4
    rows = zlib.decompress(body[start : body.index(b"IEND") - 8])
    drawn = [sum(rows[row * (WIDTH + 1) + 1 + column] for row in range(HEIGHT))
             for column in (100, 1_700)]  # fmt: skip
    assert drawn[0] <= 3
    assert drawn[1] >= HEIGHT - 2


def test_given_no_sound_at_all_when_drawn_then_it_is_a_line():
    assert waveform_png(b"", b"").startswith(b"\x89PNG")
