"""Whatever is wrong with a lip-sync request is told at once, each place by its pointer."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.domain.codec import from_plain
from functions.domain.errors import ForbiddenError
from functions.domain.lipsync.asked import (
    Audio,
    FileAnnounced,
    LipSyncAsked,
    Measured,
    SegmentData,
    Speech,
    TextRegion,
    TextRemoval,
)
from functions.domain.lipsync.checks import wrong_places
from functions.domain.lipsync.generation import LipSyncModel, SyncOptions
from functions.domain.lipsync.rules import LipSyncRules
from functions.domain.tiers import Tier
from tests.environment import FUNCTION_ENVIRONMENT

RULES = from_plain(LipSyncRules, json.loads(FUNCTION_ENVIRONMENT["LIPSYNC_RULES"]))
PRO = RULES.of(Tier.PRO)
WAV = FileAnnounced(file_name="a.wav", size=1_000, content_type="audio/wav")


def voice(ref_id: str = "a", **more: object) -> Audio:
    return Audio(**{"ref_id": ref_id, "file": WAV, **more})  # type: ignore[arg-type]


def part(start: int, end: int, ref_id: str = "a", **more: object) -> SegmentData:
    return SegmentData(start=start, end=end, ref_id=ref_id, **more)  # type: ignore[arg-type]


def asked(*segments: SegmentData, **more: object) -> LipSyncAsked:
    values = {"video_id": "v", "audios": (voice(),), "segments": segments, **more}
    return LipSyncAsked(**values)  # type: ignore[arg-type]


def found(one: LipSyncAsked, measured: Measured | None = None) -> set[tuple[str, str]]:
    wrong = wrong_places(one, RULES, PRO, measured or Measured())
    return {(place.pointer, place.code) for place in wrong}


def test_given_a_good_request_when_checked_then_nothing_is_wrong():
    assert found(asked(part(0, 1_000))) == set()


@pytest.mark.parametrize(
    ("request_", "wrong"),
    [
        (asked(part(1_000, 1_000)), ("/segments/0/end_time", "start_after_end")),
        (asked(part(2_000, 1_000)), ("/segments/0/end_time", "start_after_end")),
        (asked(part(-1, 1_000)), ("/segments/0/start_time", "negative")),
        (asked(part(0, 499)), ("/segments/0/end_time", "too_short")),
        (asked(part(0, 1_000), part(999, 2_000)), ("/segments/1/start_time", "overlap")),
        (asked(part(500, 2_000), part(0, 1_000)), ("/segments/0/start_time", "overlap")),
        (asked(part(0, 1_000), part(0, 1_000)), ("/segments/1/start_time", "overlap")),
        (asked(part(0, 1_000, "b")), ("/segments/0/audio_input/ref_id", "unknown_ref_id")),
        (asked(part(0, 1_000, "b")), ("/audios/0/ref_id", "unused_ref_id")),
        (
            asked(part(0, 1_000), audios=(voice(), voice())),
            ("/audios/1/ref_id", "duplicate_ref_id"),
        ),
        (
            asked(part(0, 1_000, crop_start=0)),
            ("/segments/0/audio_input/end_time", "half_a_crop"),
        ),
        (
            asked(part(0, 1_000, crop_end=900)),
            ("/segments/0/audio_input/start_time", "half_a_crop"),
        ),
        (
            asked(part(0, 1_000, crop_start=900, crop_end=100)),
            ("/segments/0/audio_input/end_time", "start_after_end"),
        ),
        (
            asked(part(0, 1_000, crop_start=0, crop_end=100)),
            ("/segments/0/audio_input/end_time", "too_short"),
        ),
        (asked(part(0, 1_000), video_id=None), ("/video", "one_of_video_id_and_video")),
        (asked(part(0, 1_000), audios=(voice(file=None),)), ("/audios/0", "one_of_file_and_text")),
        (
            asked(part(0, 1_000), audios=(voice(file=replace(WAV, size=10**12)),)),
            ("/audios/0/size", "too_large"),
        ),
        (
            asked(part(0, 1_000), audios=(voice(file=replace(WAV, content_type="text/html")),)),
            ("/audios/0/content_type", "unsupported_format"),
        ),
        (
            asked(part(0, 1_000), model=LipSyncModel.SYNC_3, options=SyncOptions(temperature=0.5)),
            ("/options/temperature", "option_unsupported"),
        ),
        (
            asked(part(0, 1_000), text_removal=TextRemoval()),
            ("/text_removal", "nothing_to_remove"),
        ),
        (
            asked(
                part(0, 1_000),
                text_removal=TextRemoval(regions=(TextRegion(x=0.9, y=0, width=0.2, height=1),)),
            ),
            ("/text_removal/regions/0", "beyond_picture"),
        ),
        (asked(), ("/segments", "missing")),
    ],
)
def test_given_one_mistake_when_checked_then_its_place_is_named(
    request_: LipSyncAsked, wrong: tuple[str, str]
):
    assert wrong in found(request_)


def test_given_many_mistakes_when_checked_then_all_of_them_are_told_at_once():
    wrong = found(
        asked(
            part(2_000, 1_000),
            part(0, 900, "c"),
            part(800, 20_000, crop_start=1),
            audios=(voice(), voice(), voice("b")),
        ),
        Measured(video=10_000, audios={"a": 5_000}),
    )

    assert wrong >= {
        ("/segments/0/end_time", "start_after_end"),
        ("/segments/1/audio_input/ref_id", "unknown_ref_id"),
        ("/segments/2/start_time", "overlap"),
        ("/segments/2/end_time", "beyond_video"),
        ("/segments/2/audio_input/end_time", "half_a_crop"),
        ("/audios/0/ref_id", "duplicate_ref_id"),
        ("/audios/1/ref_id", "duplicate_ref_id"),
        ("/audios/2/ref_id", "unused_ref_id"),
    }


def test_given_what_was_measured_when_checked_then_declared_lengths_do_not_count():
    crop = part(0, 10_000, crop_start=0, crop_end=4_001)
    wrong = found(asked(crop), Measured(video=9_999, audios={"a": 4_000}))

    assert wrong == {
        ("/segments/0/end_time", "beyond_video"),
        ("/segments/0/audio_input/end_time", "beyond_audio"),
    }


@pytest.mark.parametrize(("over", "wrong"), [(0, set()), (1, {("/video_id", "too_large")})])
def test_given_a_video_that_is_there_when_it_is_too_large_then_its_size_is_told(
    over: int, wrong: set[tuple[str, str]]
):
    measured = Measured(video_bytes=PRO.max_video_bytes + over)

    assert found(asked(part(0, 1_000)), measured) == wrong


def test_given_spoken_text_when_cropped_then_that_is_refused():
    spoken = Audio(ref_id="a", speech=Speech(text="Hello", voice_id="v"))
    wrong = found(asked(part(0, 1_000, crop_start=0, crop_end=600), audios=(spoken,)))

    assert wrong == {("/segments/0/audio_input", "crop_of_speech")}


@pytest.mark.parametrize(("tier", "most"), [(Tier.PRO, 5), (Tier.ENTERPRISE, 10)])
def test_given_a_tier_when_more_ranges_are_asked_than_it_has_then_that_is_refused(
    tier: Tier, most: int
):
    ranges = [part(at * 1_000, (at + 1) * 1_000) for at in range(most + 1)]

    assert wrong_places(asked(*ranges[:most]), RULES, RULES.of(tier)) == ()
    (wrong,) = wrong_places(asked(*ranges), RULES, RULES.of(tier))
    assert (wrong.pointer, wrong.code) == ("/segments", "too_many_segments")


def test_given_the_free_tier_when_it_asks_then_it_is_told_what_to_do():
    with pytest.raises(ForbiddenError, match="Pro") as refused:
        RULES.of(Tier.FREE)
    assert refused.value.code == "lipsync.tier"


cuts = st.lists(st.integers(0, 60_000), min_size=2, max_size=6, unique=True).map(sorted)


@given(times=cuts, order=st.randoms(use_true_random=False))
def test_given_ranges_that_only_touch_when_checked_in_any_order_then_none_overlap(
    times: list[int], order: object
):
    ranges = [part(a, b) for a, b in pairwise(times) if b - a >= 500][:5]
    order.shuffle(ranges)  # type: ignore[attr-defined]

    assert "overlap" not in {code for _, code in found(asked(*ranges))}


spans = st.tuples(st.integers(0, 20_000), st.integers(500, 8_000))


@given(rows=st.lists(spans, min_size=2, max_size=5))
def test_given_any_ranges_when_checked_then_an_overlap_is_told_just_if_two_share_a_moment(
    rows: list[tuple[int, int]],
):
    ranges = [part(start, start + length) for start, length in rows]
    shared = any(
        one.start < other.end and other.start < one.end
        for at, one in enumerate(ranges)
        for other in ranges[at + 1 :]
    )

    assert ("overlap" in {code for _, code in found(asked(*ranges))}) == shared


times_ = st.one_of(st.none(), st.integers(-5_000, 70_000))


@given(
    start=st.integers(-5_000, 70_000),
    end=st.integers(-5_000, 70_000),
    crop=st.tuples(times_, times_),
    video=st.integers(1, 60_000),
    audio=st.integers(1, 60_000),
)
def test_given_any_times_when_nothing_is_told_then_they_can_really_be_done(
    start: int, end: int, crop: tuple[int | None, int | None], video: int, audio: int
):
    one = part(start, end, crop_start=crop[0], crop_end=crop[1])
    wrong = found(asked(one), Measured(video=video, audios={"a": audio}))

    good_range = start >= 0 and start + RULES.min_range <= end <= video
    first, last = crop
    whole = first is None and last is None
    cropped = (
        first is not None
        and last is not None
        and first >= 0
        and first + RULES.min_range <= last <= audio
    )
    assert (wrong == set()) == (good_range and (whole or cropped))
