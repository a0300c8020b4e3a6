"""Changes of scene from keyframes and sizes of packets, and a decode of what these leave open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from functions.adapters.ffmpeg.analysis.commands import PACKETS, group_command, lead
from functions.adapters.ffmpeg.analysis.graph import PICTURES
from functions.adapters.ffmpeg.analysis.process import run_through
from functions.adapters.ffmpeg.analysis.readings import Coded, coded, pictures
from functions.domain.analysis import AnalysisJob
from functions.domain.boundaries import SceneChange
from functions.domain.cutting import StopRequested
from functions.domain.scene_groups import Group, Verdict, judged
from functions.domain.scene_scores import Picture, scene_changes
from functions.domain.times import Milliseconds

# Two pictures more show whether a change at the last keyframe stands out.
_AFTER: Milliseconds = 120
_CLOCKS: Milliseconds = 2


def scenes_by_groups(
    job: AnalysisJob, keyframes: Sequence[Picture], stop: StopRequested
) -> tuple[SceneChange, ...]:
    """The window's changes; `keyframes` are its keyframes, and those around it."""
    offset = job.window.start - lead(job)
    groups = list(_groups(coded(job.folder / PACKETS, offset), keyframes))
    verdicts = judged(groups)
    found = [
        SceneChange(at=group.end, score=round(group.change or 0, 2))
        for group, verdict in zip(groups, verdicts, strict=True)
        if verdict is Verdict.CHANGE
    ]
    for start, end in _open(groups, verdicts):
        run_through(group_command(job, start, end + _AFTER), folder=job.folder, stop=stop)
        changes = scene_changes(pictures(job.folder / PICTURES, start))
        found += [one for one in changes if start < one.at <= end]
    inside = {one.at: one for one in found if job.window.start <= one.at < job.window.end}
    return tuple(inside[at] for at in sorted(inside))


def _groups(packets: Sequence[Coded], keyframes: Sequence[Picture]) -> Iterator[Group]:
    """In the order they are coded in; the last one ends with the last packet."""
    keys = [place for place, packet in enumerate(packets) if packet.key]
    for first, after in pairwise([*keys, len(packets)]):
        own = packets[first:after]
        last = after == len(packets)
        end = max(packet.at for packet in own) + 1 if last else packets[after].at
        yield Group(
            start=own[0].at,
            end=end,
            change=0.0 if last else _change(keyframes, end),
            key_size=own[0].size,
            sizes=tuple(packet.size for packet in own[1:]),
        )


def _change(keyframes: Sequence[Picture], at: Milliseconds) -> float | None:
    """The first keyframe that was decoded has none to differ from."""
    near = (one.change for one in keyframes[1:] if abs(one.at - at) <= _CLOCKS)
    return next(near, None)


def _open(
    groups: Sequence[Group], verdicts: Sequence[Verdict]
) -> list[tuple[Milliseconds, Milliseconds]]:
    """What has to be decoded: neighbours together."""
    runs: list[tuple[Milliseconds, Milliseconds]] = []
    for group, verdict in zip(groups, verdicts, strict=True):
        if verdict is not Verdict.LOOK:
            continue
        if runs and runs[-1][1] == group.start:
            runs[-1] = (runs[-1][0], group.end)
        else:
            runs.append((group.start, group.end))
    return runs
