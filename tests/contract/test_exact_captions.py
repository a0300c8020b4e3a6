"""Captions in the picture: in the frames they are of, in letters, where a phone shows them."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from functions.adapters.ffmpeg.binary import ffmpeg_path
from functions.adapters.ffmpeg.captions import captions_filter, font_settings
from functions.adapters.ffmpeg.cutter import FfmpegCutter
from functions.domain.captions.cue import Cue, parse_captions
from functions.domain.cutting.exactness import EncodeTarget, Exactness, Shape
from functions.domain.cutting.job import CutFile
from functions.domain.cutting.plan import Plan
from tests.contract.exact_cutting import exact_plan
from tests.contract.shelf import Item, Shelf
from tests.media import spoken
from tests.media.spoken import written

CUES = (
    Cue(start=400, end=1_200, text="Grüße"),
    Cue(start=1_800, end=2_600, text="Ελλάδα\nПривет"),
)
KEPT = "media/user/video/captions-1.json"


@pytest.fixture(scope="session")
def plain(shelf: Shelf) -> Item:
    return shelf.take("plain.mp4", spoken.plain)


def planned(item: Item, **target: object) -> Plan:
    wanted = EncodeTarget(captions_key=KEPT, **target)  # type: ignore[arg-type]
    return exact_plan(item, Exactness.ACCURATE, 2_000, target=wanted)


def cut(item: Item, plan: Plan, folder: Path, cues: tuple[Cue, ...] = CUES) -> list[CutFile]:
    job = replace(item.job(plan, plan.segments, folder), captions=cues)
    return list(FfmpegCutter().cut(job, lambda _: None, lambda: False))


@pytest.mark.parametrize("one_pass", [False, True])
def test_given_captions_when_encoded_then_they_are_in_their_frames_and_in_no_other(
    plain: Item, scratch: Path, one_pass: bool
) -> None:
    plan = replace(planned(plain), one_pass=one_pass)

    files = cut(plain, plan, scratch)

    seen = [
        round((file.segment.start / 1000 + band.at) * 25)
        for file in files
        for band in written(file.path)
        if band.white
    ]
    # The second caption goes on across the cut at two seconds.
    assert seen == [*range(10, 30), *range(45, 65)]


def test_given_no_captions_of_its_time_when_encoded_then_a_segment_has_none(
    plain: Item, scratch: Path
) -> None:
    (first, second) = cut(plain, planned(plain), scratch, (CUES[0],))

    assert any(band.white for band in written(first.path))
    assert not any(band.white for band in written(second.path))


@pytest.mark.parametrize(
    ("target", "top", "bottom"),
    [({}, 0.7, 0.96), ({"shape": Shape.PORTRAIT, "height": 640}, 0.6, 0.81)],
)
def test_given_a_shape_when_captions_are_drawn_then_they_stand_where_apps_leave_room(
    plain: Item, scratch: Path, target: dict[str, object], top: float, bottom: float
) -> None:
    (first, _) = cut(plain, planned(plain, **target), scratch)

    inside = sum(band.white for band in written(first.path, top, bottom))
    assert inside == sum(band.white for band in written(first.path)) > 0


def test_given_different_letters_when_drawn_then_each_has_a_shape_of_its_own(
    plain: Item, scratch: Path
) -> None:
    """A font that is not found, or lacks a letter, shows boxes, which are all alike."""
    cues = tuple(
        Cue(start=at * 200, end=at * 200 + 200, text=letter * 8)
        for at, letter in enumerate("aiWßλЖё")
    )
    (first, _) = cut(plain, planned(plain, height=720, crf=10), scratch, cues)

    counts = [band.white for band in written(first.path)][2:35:5]
    assert len(set(counts)) == len(counts)
    assert min(counts) > 300


def test_given_the_fonts_of_a_function_when_text_is_drawn_then_nothing_is_amiss(
    plain: Item, scratch: Path
) -> None:
    plan = planned(plain)
    scratch.mkdir(exist_ok=True)
    chain = captions_filter(plan, plan.segments[0], CUES, scratch)
    settings = [f"{name}={value}" for name, value in font_settings(scratch).items()]
    words = ["-hide_banner", "-y", "-i", str(plain.path), "-vf", str(chain), "-f", "null", "-"]

    said = subprocess.run(
        ["/usr/bin/env", "-i", *settings, ffmpeg_path(), *words],
        cwd=scratch, capture_output=True, text=True, check=True,
    ).stderr  # fmt: skip

    assert "fontconfig error" not in said.lower()
    assert "NotoSans" in said
    assert "not found" not in said


def test_given_letters_that_are_orders_to_the_renderer_when_drawn_then_they_are_letters(
    plain: Item, scratch: Path
) -> None:
    hidden = (Cue(start=0, end=1_000, text=r"{\alpha&HFF&}MMMM\NMMMM"),)

    (first, _) = cut(plain, planned(plain), scratch, hidden)

    assert written(first.path)[0].white > 0


def test_given_captions_as_they_are_sent_when_burned_then_they_are_seen(
    plain: Item, scratch: Path
) -> None:
    text = "WEBVTT\n\n00:00.400 --> 00:01.200 line:0\n<v Ann>Hello &amp; <i>welcome</i>\n"

    (first, _) = cut(plain, planned(plain), scratch, parse_captions(text))

    assert [band.white > 0 for band in written(first.path)][8:32] == [False] * 2 + [True] * 20 + [
        False
    ] * 2
