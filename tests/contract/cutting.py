"""Cutting a whole file in several jobs, and what should come out."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from functions.adapters.ffmpeg.cutter import FfmpegCutter
from functions.domain.cutting.job import CutFile
from functions.domain.cutting.plan import Plan, PlannedSegment
from tests.contract.packets import Packets, packets, together
from tests.contract.shelf import Item

Jobs = Iterable[tuple[PlannedSegment, ...]]


def cut_files(
    item: Item, plan: Plan, jobs: Jobs, folder: Path, source_url: str | None = None
) -> list[CutFile]:
    """Each job in a folder of its own; the files by number."""
    files: list[CutFile] = []
    for at, segments in enumerate(jobs):
        job = item.job(plan, segments, folder / str(at), source_url=source_url)
        files += FfmpegCutter().cut(job, lambda _: None, lambda: False)
    assert [file.segment for file in files] == list(plan.segments)
    return files


def cut(item: Item, plan: Plan, jobs: Jobs, folder: Path, source_url: str | None = None) -> Packets:
    """All packets of the files."""
    files = cut_files(item, plan, jobs, folder, source_url)
    return together(packets(file.path, stored=True) for file in files)


def by_window(plan: Plan) -> Jobs:
    return [plan.of_window(window) for window in plan.windows]


def source_packets(item: Item, plan: Plan) -> Packets:
    wanted = [index for index in (plan.video_index, plan.audio_index) if index is not None]
    return packets(item.path, streams=wanted)
