"""Changes of scene from keyframes and sizes of packets, and a decode of what these leave open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from functions.adapters.ffmpeg.analysis.commands import PACKETS, REFERENCES, lead
from functions.adapters.ffmpeg.analysis.readings import coded
from functions.adapters.ffmpeg.analysis.stretches import changes_in
from functions.domain.analyses.analysis import AnalysisJob
from functions.domain.analyses.boundaries import SceneChange
from functions.domain.analyses.scene_groups import Group, Verdict, judged
from functions.domain.analyses.scene_packets import Packet, Stretch, groups_of
from functions.domain.analyses.scene_scores import Picture
from functions.domain.cutting.job import StopRequested
from functions.domain.times import Milliseconds

_CLOCKS: Milliseconds = 2


def scenes_by_groups(
    job: AnalysisJob, keyframes: Sequence[Picture], stop: StopRequested
) -> tuple[SceneChange, ...]:
    """The window's changes; `keyframes` are its keyframes, and those around it."""
    offset = job.window.start - lead(job)
    packets = list(groups_of(coded(job.folder / PACKETS, job.folder / REFERENCES, offset)))
    groups = list(_groups(packets, keyframes))
    verdicts = judged(groups)
    found = [
        SceneChange(at=group.end, score=round(group.change or 0, 2))
        for group, verdict in zip(groups, verdicts, strict=True)
        if verdict is Verdict.CHANGE
    ]
    for stretch in _open(packets, verdicts):
        found += changes_in(job, stretch, stop)
    inside = {one.at: one for one in found if job.window.start <= one.at < job.window.end}
    return tuple(inside[at] for at in sorted(inside))


def _groups(packets: Sequence[Sequence[Packet]], keyframes: Sequence[Picture]) -> Iterator[Group]:
    """In the order they are coded in; the last one ends with the last packet."""
    for own, after in pairwise([*packets, ()]):
        end = after[0].at if after else max(packet.at for packet in own) + 1
        yield Group(
            start=own[0].at,
            end=end,
            change=_change(keyframes, end) if after else 0.0,
            key_size=own[0].size,
            sizes=tuple(packet.size for packet in own[1:]),
        )


def _change(keyframes: Sequence[Picture], at: Milliseconds) -> float | None:
    """The first keyframe that was decoded has none to differ from."""
    near = (one.change for one in keyframes[1:] if abs(one.at - at) <= _CLOCKS)
    return next(near, None)


def _open(packets: Sequence[Sequence[Packet]], verdicts: Sequence[Verdict]) -> Iterator[Stretch]:
    """The groups that have to be decoded: neighbours together."""
    for is_open, run in groupby(range(len(packets)), key=lambda place: verdicts[place].open):
        places = list(run)
        if is_open:
            first, after = places[0], places[-1] + 1
            through = [verdict is not Verdict.LOOK for verdict in verdicts[first:after]]
            yield Stretch(packets[first:after], through, *packets[after : after + 1])
