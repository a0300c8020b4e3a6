"""Cut at the frame: no frame is missing, none is there twice, and sound stays with its picture."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from functions.adapters.ffmpeg.cutter import FfmpegCutter
from functions.domain.cutting.exactness import CutReason, Exactness
from functions.domain.errors import CutroomError
from tests.contract.cutting import source_packets
from tests.contract.exact_cutting import (
    cut_exactly,
    exact_plan,
    require_frames,
    require_sound,
    source_of,
)
from tests.contract.packets import packets, together
from tests.contract.shelf import Maker, Shelf
from tests.media import numbered as make

SHORT, OPEN, CODEC = CutReason.NO_WHOLE_GROUP, CutReason.OPEN_GROUPS, CutReason.CODEC
FIELDS, LOSSLESS = CutReason.INTERLACED, CutReason.LOSSLESS
Reasons = set[CutReason | None]
# Each with why its segments, cut smartly, are not: None where they are.
FILES: dict[str, tuple[Maker, Reasons]] = {
    "closed.mp4": (make.numbered, {None}),
    "open.mp4": (make.open_groups, {OPEN, SHORT}),
    "hevc.mp4": (make.hevc, {CODEC}),
    "uneven.mp4": (make.uneven, {None}),
    "turned.mp4": (make.turned, {None}),
    "silent.mp4": (lambda path: make.numbered(path, sound=0), {None}),
    "surround.mp4": (lambda path: make.numbered(path, "-ac", "6"), {None}),
    "two-sounds.mp4": (lambda path: make.numbered(path, sound=2), {None}),
    "edited.mp4": (make.edited, {None, SHORT}),
    "late.mp4": (make.late, {None, SHORT}),
    "film.mp4": (lambda path: make.numbered(path, rate="24000/1001"), {None}),
    "broadcast.mp4": (lambda path: make.numbered(path, rate="30000/1001"), {None}),
    "one.mp4": (make.one_frame, {None}),
    "stream.ts": (make.numbered, {None}),
    "plain.mkv": (make.numbered, {None}),
    "small.webm": (make.vp9, {CODEC}),
    "lossless.mp4": (lambda path: make.numbered(path, "-crf", "0"), {LOSSLESS, SHORT}),
    "long.mp4": (lambda path: make.numbered(path, "-g", "1000", "-sc_threshold", "0"), {SHORT}),
    "intra.mp4": (lambda path: make.numbered(path, "-g", "1"), {None}),
    "camera.mov": (lambda path: make.numbered(path, "-c:a", "pcm_s16le"), {None}),
    "fragments.mp4": (make.fragmented, {None}),
    "hevc.ts": (make.hevc, {CODEC}),
    "broadcast.ts": (make.mpeg2, {CODEC}),
    "av1.mp4": (make.av1, {CODEC}),
    "av1.mkv": (make.av1, {CODEC}),
    "covered.mp4": (make.covered, {None}),
    "negative.mp4": (make.negative, {None}),
    "unedited.mp4": (make.unedited, {None}),
    "early-sound.ts": (make.early_sound, {None, SHORT}),
    "refreshed.mp4": (make.refreshed, {OPEN}),
    "refreshed.ts": (make.refreshed, {OPEN}),
    "fields.mp4": (make.fields, {FIELDS}),
    "fields.ts": (make.fields, {FIELDS}),
    "ten-bits.mp4": (make.ten_bits, {None}),
    "brief-sound.mp4": (make.brief_sound, {None}),
    "brief-picture.mp4": (make.brief_picture, {None, SHORT}),
}


@pytest.mark.parametrize("name", FILES)
def test_given_any_file_when_it_is_cut_smartly_then_each_frame_is_there_once_with_its_sound(
    shelf: Shelf, scratch: Path, name: str
) -> None:
    maker, reasons = FILES[name]
    item = shelf.take(f"numbered-{name}", maker)
    plan = exact_plan(item, Exactness.SMART, 3_330)
    source = source_of(item, plan)

    files = cut_exactly(item, plan, scratch)

    require_frames(source, plan, files)
    require_sound(source, files)
    assert {file.cut_reason for file in files} <= reasons
    assert all((file.cut is Exactness.SMART) == (file.cut_reason is None) for file in files)


@pytest.mark.parametrize("name", FILES)
def test_given_any_file_when_all_of_it_is_encoded_then_each_frame_is_there_once_with_its_sound(
    shelf: Shelf, scratch: Path, name: str
) -> None:
    item = shelf.take(f"numbered-{name}", FILES[name][0])
    plan = exact_plan(item, Exactness.ACCURATE, 4_170)
    source = source_of(item, plan)

    files = cut_exactly(item, plan, scratch)

    require_frames(source, plan, files)
    require_sound(source, files)
    assert {(file.cut, file.cut_reason) for file in files} == {(Exactness.ACCURATE, None)}


@pytest.mark.parametrize("cut", [Exactness.SMART, Exactness.ACCURATE])
@pytest.mark.parametrize(
    "name", ["closed.mp4", "edited.mp4", "plain.mkv", "small.webm", "brief-picture.mp4"]
)
def test_given_segments_when_their_shares_of_the_sound_are_joined_then_each_packet_is_there_once(
    shelf: Shelf, scratch: Path, name: str, cut: Exactness
) -> None:
    item = shelf.take(f"numbered-{name}", FILES[name][0])
    plan = exact_plan(item, cut, 2_510)
    cutter = FfmpegCutter()

    files = cut_exactly(item, plan, scratch)
    shares = [cutter.inspect(file.path, plan).audio for file in files]

    made = together(packets(share, stored=True) for share in shares if share)
    assert made["0"] == source_packets(item, plan)["1"]


def test_given_groups_between_two_cuts_when_cut_smartly_then_they_are_copied_bit_for_bit(
    shelf: Shelf, scratch: Path
) -> None:
    item = shelf.take("numbered-closed.mp4", make.numbered)
    plan = exact_plan(item, Exactness.SMART, 3_330)

    made = together(packets(file.path) for file in cut_exactly(item, plan, scratch))["0"]

    # Groups of two seconds: 0 to 2, 4 to 6 and 8 to 10 lie between the cuts at 3.33 and 6.66.
    source = source_packets(item, plan)["0"]
    groups = [source[at : at + 50] for at in (0, 100, 200)]
    assert all("".join(group) in "".join(made) for group in groups)


@pytest.mark.parametrize("cut", [Exactness.SMART, Exactness.ACCURATE])
def test_given_4k_when_cut_exactly_then_each_frame_is_there_once(
    shelf: Shelf, scratch: Path, cut: Exactness
) -> None:
    item = shelf.take("ultra.mp4", make.ultra)
    plan = exact_plan(item, cut, 1_000)

    files = cut_exactly(item, plan, scratch)

    require_frames(source_of(item, plan), plan, files)
    assert {file.cut for file in files} == {cut}


@pytest.mark.parametrize("cut", [Exactness.SMART, Exactness.ACCURATE])
@pytest.mark.parametrize("name", ["stream.ts", "plain.mkv"])
def test_given_a_file_that_ends_too_early_when_cut_exactly_then_all_that_is_there_is_there_once(
    shelf: Shelf, scratch: Path, name: str, cut: Exactness
) -> None:
    whole = shelf.take(f"numbered-{name}", FILES[name][0])
    item = shelf.take(f"short-{name}", lambda path: _beginning(whole.path, path))
    plan = exact_plan(item, cut, 2_130)
    source = source_of(item, plan)
    last = source.frames[-1].at
    there = [segment for segment in plan.segments if segment.start / 1000 <= last]
    job = item.job(plan, plan.segments, scratch)

    files = []
    with suppress(CutroomError):
        for file in FfmpegCutter().cut(job, lambda _: None, lambda: False):
            files.append(file)

    assert len(files) in {len(there) - 1, len(there), len(plan.segments)}
    require_frames(source, plan, files)


def _beginning(whole: Path, target: Path) -> Path:
    content = whole.read_bytes()
    target.write_bytes(content[: len(content) * 6 // 10])
    return target
