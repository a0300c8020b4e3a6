"""Changes of scene in a stretch of groups of pictures, of which only what is needed is decoded."""

from __future__ import annotations

from collections.abc import Sequence

from functions.adapters.ffmpeg.analysis.commands import GROUP_AHEAD, group_command
from functions.adapters.ffmpeg.analysis.graph import PICTURES
from functions.adapters.ffmpeg.analysis.process import run_through
from functions.adapters.ffmpeg.analysis.readings import pictures
from functions.domain.analyses.analysis import AnalysisJob
from functions.domain.analyses.boundaries import SceneChange
from functions.domain.analyses.scene_packets import (
    AFTER,
    Stretch,
    evened,
    left_out,
    missed,
    on_the_clock,
    spans_of,
)
from functions.domain.analyses.scene_scores import Picture, scene_changes
from functions.domain.cutting.job import StopRequested
from functions.domain.times import Milliseconds


def changes_in(job: AnalysisJob, stretch: Stretch, stop: StopRequested) -> list[SceneChange]:
    """The changes after the first picture. What a first, sparse look may have missed is looked at
    again, whole."""
    packets = stretch.packets
    times = sorted(packet.at for packet in packets)

    def look(out: Sequence[bool]) -> list[Picture]:
        spans = spans_of(packets, out)
        spans = [(begin - stretch.start, end - stretch.start) for begin, end in spans]
        command = group_command(job, stretch.start, stretch.end + AFTER, spans)
        run_through(command, folder=job.folder, stop=stop)
        return on_the_clock(pictures(job.folder / PICTURES, stretch.start + GROUP_AHEAD), times)

    seen = look(left_out(stretch))
    found = _within(scene_changes(evened(seen, times)), stretch.start, stretch.end)
    gaps = missed(seen, times)
    closely = scene_changes(evened(look(stretch.closer(gaps)), times)) if gaps else ()
    for begin, end in gaps:
        found = [one for one in found if not begin < one.at <= end]
        found += _within(closely, begin, end)
    return found


def _within(
    changes: Sequence[SceneChange], start: Milliseconds, end: Milliseconds
) -> list[SceneChange]:
    return [one for one in changes if start < one.at <= end]
