"""Every mode on real files: segments that divide a video, overlap, or leave something out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from functions.adapters.ffmpeg.cutter import FfmpegCutter
from functions.domain.cutting.exactness import Exactness
from functions.domain.cutting.job import CutFile
from functions.domain.cutting.modes import Known
from functions.domain.cutting.plan import Plan
from functions.domain.cutting.planning import make_plan
from functions.domain.cutting.segmentation import AskedRange, Mode, Segmentation
from functions.services.cutting.window_tasks import window_tasks
from tests.contract.exact_cutting import require_sound, source_of
from tests.contract.shelf import Item, Maker, Shelf
from tests.media import numbered as make
from tests.media.numbered import shown

FILES: dict[str, Maker] = {
    "closed.mp4": make.numbered,
    "late.mp4": make.late,
    "plain.mkv": make.numbered,
    "stream.ts": make.numbered,
    "fragments.mp4": make.fragmented,
    "uneven.mp4": make.uneven,
}
RANGES = Segmentation(
    mode=Mode.RANGES,
    ranges=tuple(
        AskedRange(start=start, end=end)
        for start, end in ((4_130, 6_870), (310, 2_050), (6_010, 7_990), (9_000, 9_700))
    ),
)
OVERLAP = Segmentation(length=3_500, overlap=1_200)
EDGE_S = 0.0011
GROUP = 50


def planned(item: Item, options: Segmentation) -> Plan:
    return make_plan(
        item.probe,
        options,
        find_keyframes=lambda times: item.prober.keyframes_after(item.source, times),
        segments_per_window=2,
        known=Known(
            duration=item.probe.media.duration,
            weigh=lambda: item.prober.weigh(item.source, item.probe),
        ),
        piece=2_000,
    )


def cut(item: Item, plan: Plan, folder: Path) -> dict[int, CutFile]:
    """Window by window as a function does it; the files by the numbers of their segments."""
    files: dict[int, CutFile] = {}
    for window in plan.windows:
        for at, task in enumerate(window_tasks(plan, window, ())):
            place = folder / f"{window.index}-{at}"
            job = replace(item.job(task.plan, task.segments, place), skip=task.skip)
            for file in FfmpegCutter().cut(job, lambda _: None, lambda: False):
                if file.segment.number not in job.skip:
                    files[task.number_of(file.segment)] = file
    assert sorted(files) == [segment.number for segment in plan.segments]
    return files


@pytest.mark.parametrize("exactness", [Exactness.SMART, Exactness.ACCURATE])
@pytest.mark.parametrize("options", [RANGES, OVERLAP], ids=["ranges", "overlap"])
@pytest.mark.parametrize("name", FILES)
def test_given_segments_that_stand_alone_when_cut_exactly_then_each_has_just_its_frames(
    shelf: Shelf, scratch: Path, name: str, options: Segmentation, exactness: Exactness
) -> None:
    item = shelf.take(f"numbered-{name}", FILES[name])
    plan = planned(item, replace(options, cut=exactness))
    source = source_of(item, plan)

    files = cut(item, plan, scratch)

    for number, file in files.items():
        asked = plan.segments[number - 1]
        start, end = asked.start / 1000, asked.end / 1000
        last = asked.end == plan.duration
        due = [
            frame.number
            for frame in source.frames
            if start - 1e-5 <= frame.at and (last or frame.at < end - 1e-5)
        ]
        assert [one.number for one in shown(file.path)] == due, asked
    require_sound(source, list(files.values()))


@pytest.mark.parametrize("options", [RANGES, OVERLAP], ids=["ranges", "overlap"])
@pytest.mark.parametrize("name", FILES)
def test_given_segments_that_stand_alone_when_copied_then_each_holds_all_that_was_asked(
    shelf: Shelf, scratch: Path, name: str, options: Segmentation
) -> None:
    item = shelf.take(f"numbered-{name}", FILES[name])
    plan = planned(item, options)
    source = source_of(item, plan)

    everything = [frame.number for frame in source.frames]

    files = cut(item, plan, scratch)

    for number, file in files.items():
        asked = plan.segments[number - 1]
        due = {
            frame.number
            for frame in source.frames
            if asked.start / 1000 <= frame.at < asked.end / 1000 - EDGE_S
        }
        got = [one.number for one in shown(file.path)]
        first = everything.index(got[0])
        assert got == everything[first : first + len(got)], asked
        assert due <= set(got), asked
        assert len(got) - len(due) <= 2 * GROUP, asked


@pytest.mark.parametrize("exactness", Exactness)
@pytest.mark.parametrize("name", ["closed.mp4", "plain.mkv", "stream.ts"])
def test_given_a_size_when_cut_then_no_file_is_larger_and_all_is_there(
    shelf: Shelf, scratch: Path, name: str, exactness: Exactness
) -> None:
    item = shelf.take(f"heavy-{name}", lambda path: make.numbered(path, "-qp", "0", "-g", "15"))
    size = 120_000
    plan = planned(item, Segmentation(mode=Mode.SIZE, size=size, cut=exactness))

    files = cut(item, plan, scratch)

    assert len(files) > 2
    assert max(file.path.stat().st_size for file in files.values()) <= size
    numbers = [one.number for number in sorted(files) for one in shown(files[number].path)]
    assert numbers == [frame.number for frame in source_of(item, plan).frames]
