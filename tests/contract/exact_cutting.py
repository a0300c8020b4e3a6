"""Cutting numbered media at the frame, and holding what comes out against the source."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from functions.domain.cutting.exactness import EncodeTarget, Exactness
from functions.domain.cutting.job import CutFile
from functions.domain.cutting.plan import Plan
from functions.domain.cutting.planning import make_plan
from functions.domain.cutting.segmentation import Segmentation
from tests.contract.cutting import by_window, cut_files
from tests.contract.shelf import Item
from tests.media.numbered import Heard, Shown, heard, shown

# Beside rounding; and less than half a frame, above what reading the pitch is off by.
ONE_TICK_S = 0.0011
IN_STEP_S = 0.015


@dataclass(frozen=True, slots=True)
class Source:
    """A source's frames and sound on its own clock; `ahead` is how far its sound is before it."""

    frames: list[Shown]
    sound: list[Heard]
    ahead: float


def source_of(item: Item, plan: Plan) -> Source:
    start = plan.origin / 1000
    frames = [Shown(one.number, one.at - start) for one in shown(item.path)]
    sound = heard(item.path) if plan.audio_index is not None else []
    moments = [Heard(one.at - start, one.told) for one in sound]
    ahead = median(one.told - one.at for one in moments) if moments else 0
    return Source([frame for frame in frames if frame.at > -ONE_TICK_S], moments, ahead)


def exact_plan(
    item: Item,
    cut: Exactness,
    length: int,
    *,
    per_window: int = 8,
    target: EncodeTarget | None = None,
) -> Plan:
    return make_plan(
        item.probe,
        Segmentation(length=length, cut=cut, target=target),
        find_keyframes=lambda times: item.prober.keyframes_after(item.source, times),
        segments_per_window=per_window,
    )


def cut_exactly(item: Item, plan: Plan, folder: Path) -> list[CutFile]:
    return cut_files(item, plan, by_window(plan), folder)


def require_frames(source: Source, plan: Plan, files: list[CutFile]) -> None:
    """Each frame in the segment it belongs to, at its time, and nowhere else."""
    times = [frame.at for frame in source.frames]
    for file in files:
        start, end = file.segment.start / 1000, file.segment.end / 1000
        first, last = (bisect_left(times, time - 1e-5) for time in (start, end))
        if file.segment.number == len(plan.segments):
            last = len(times)
        due = source.frames[first:last]
        got = shown(file.path) if due else []
        assert [one.number for one in got] == [one.number for one in due], file.segment
        late = [abs(one.at - (frame.at - start)) for one, frame in zip(got, due, strict=True)]
        assert max(late, default=0) <= ONE_TICK_S, (file.segment, max(late))


def require_sound(source: Source, files: list[CutFile]) -> None:
    """Sound that tells the time that its picture has, from one end to the other.

    A first and last moment may be half a silence, or what a codec makes of its first packet.
    """
    for file in files:
        start, end = file.segment.start / 1000, file.segment.end / 1000
        due = [one for one in source.sound if start < one.at < end]
        moments = heard(file.path) if due else []
        off = [abs(one.told - one.at - start - source.ahead) for one in moments]
        assert max(off[1:-1], default=0) < IN_STEP_S, f"segment {file.segment.number}"
        assert abs(len(moments) - len(due)) <= 2, f"segment {file.segment.number}"
        if due:
            assert moments[0].at < due[0].at - start + 0.051, f"segment {file.segment.number}"
