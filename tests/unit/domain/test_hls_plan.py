from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.domain.errors import MediaError
from functions.domain.hls.plan import LEAD, LENGTH, MAX_WINDOWS, MOST_PIECES, plan_hls
from functions.domain.hls.rendition import HlsPlan
from functions.domain.media.probe import AudioTrack, KeyframeIndex, Probe
from functions.domain.media.source import Source
from tests.builders import make_media, make_probe, make_probe_without_index

HOUR = 3_600_000


def _probe(keys: list[int], last: int) -> Probe:
    return make_probe(
        media=make_media(duration=keys[-1] + last),
        keyframes=KeyframeIndex(times=tuple(keys), complete=True, seekable=True),
    )


def _source(size: int = 1_000) -> Source:
    return Source(key="uploads/u/v/source", size=size, etag="e")


def _plan(keys: list[int], windows: int = 1, last: int = 2_000) -> HlsPlan:
    return plan_hls(_probe(keys, last), _source(windows), window_bytes=1)


gaps = st.lists(st.integers(40, 15_000), min_size=1, max_size=200)


def _keys(found: list[int]) -> list[int]:
    keys = [0]
    for gap in found:
        keys.append(keys[-1] + gap)
    return keys


@given(found=gaps, windows=st.integers(1, 9))
def test_given_any_keyframes_when_planned_then_windows_follow_each_other(
    found: list[int], windows: int
):
    plan = _plan(_keys(found), windows)

    assert [window.index for window in plan.windows] == list(range(len(plan.windows)))
    assert plan.windows[0].number == 1
    for before, after in pairwise(plan.windows):
        assert after.number == before.number + before.count
        assert after.opens == before.until
    assert plan.windows[-1].until is None


@given(found=gaps, windows=st.integers(1, 9))
def test_given_any_keyframes_when_planned_then_every_aim_names_one_keyframe(
    found: list[int], windows: int
):
    keys = _keys(found)
    plan = _plan(keys, windows)

    for window in plan.windows:
        for aim in window.aims:
            assert min(abs(key - aim) for key in keys) >= 20
        cuts = len(window.aims) - (1 if window.early else 0) - (0 if window.until is None else 1)
        assert cuts + 1 == window.count


@given(found=gaps, windows=st.integers(2, 9))
def test_given_a_window_inside_the_source_when_planned_then_reading_begins_a_keyframe_early(
    found: list[int], windows: int
):
    keys = _keys(found)
    for window in _plan(keys, windows).windows[1:]:
        assert window.early
        assert window.enter in keys
        assert window.enter < window.opens
        assert window.enter == 0 or window.enter <= window.opens - LEAD
        (next_key,) = [key for key in keys if key > window.enter][:1]
        assert window.enter < window.seek < next_key


@given(found=gaps, windows=st.integers(1, 9))
def test_given_the_same_source_when_planned_twice_then_the_plan_is_the_same(
    found: list[int], windows: int
):
    assert _plan(_keys(found), windows) == _plan(_keys(found), windows)


def test_given_even_keyframes_when_planned_then_pieces_are_of_the_usual_length():
    (window,) = _plan(list(range(0, 60_000, 2_000))).windows

    assert window.count == 10
    assert window.aims == tuple(at - 1_000 for at in range(LENGTH, 60_000, LENGTH))


@pytest.mark.parametrize("hours", [2, 4, 12])
def test_given_a_long_video_when_planned_then_its_playlist_fits_into_an_answer(hours: int):
    plan = _plan(list(range(0, hours * HOUR, 1_000)), windows=500)

    assert sum(window.count for window in plan.windows) <= MOST_PIECES
    assert len(plan.windows) <= MAX_WINDOWS


def test_given_no_index_when_planned_then_one_window_reads_through():
    plan = plan_hls(make_probe_without_index(), _source(1 << 40))

    assert plan.one_pass
    assert [window.count for window in plan.windows] == [0]


def test_given_pictures_before_the_start_when_planned_then_none_is_before_zero():
    plan = _plan([-30_000, 0, 2_000])

    assert plan.clock >= 40_000


@pytest.mark.parametrize(("codec", "rate", "encoded"), [
    ("aac", 44_100, None), ("mp3", 44_100, 44_100), ("pcm_s16le", 192_000, 48_000),
])  # fmt: skip
def test_given_sound_when_planned_then_only_what_is_not_aac_is_encoded(
    codec: str, rate: int, encoded: int | None
):
    sound = AudioTrack(index=1, codec=codec, sample_rate=rate, channels=2, tracks=1)
    probe = make_probe(media=make_media(audio=sound))

    assert plan_hls(probe, _source()).sound_rate == encoded


@pytest.mark.parametrize("codec", ["mpeg2video", "mpeg4", "prores", "vp8"])
def test_given_a_picture_that_players_do_not_take_when_planned_then_it_is_refused(codec: str):
    media = make_media()
    assert media.video
    probe = make_probe(media=replace(media, video=replace(media.video, codec=codec)))

    with pytest.raises(MediaError) as refused:
        plan_hls(probe, _source())

    assert refused.value.code == "hls.picture"
    assert "proxy" in refused.value.detail
