"""Where in a file lies what is shown between two times."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

from av.video.stream import VideoStream

from functions.domain.media.probe import Probe
from functions.domain.media.reach import Reach
from functions.domain.times import Milliseconds

Place = tuple[Milliseconds, int]
"""When a keyframe is shown, and where in the file it lies."""


def indexed_reach(
    stream: VideoStream, probe: Probe, size: int, begin: Milliseconds, end: Milliseconds
) -> Reach | None:
    """By where an index says that keyframes lie, and evenly between them. Others' indexes than
    these point elsewhere, or nowhere."""
    parts = probe.media.container.split(",")
    if not probe.keyframes.complete or not {"mov", "matroska"} & set(parts):
        return None
    base, origin = stream.time_base or Fraction(1, 1000), probe.keyframes.origin
    entries = [entry for entry in stream.index_entries if entry.is_keyframe]
    rows = [(int(entry.timestamp * base * 1000) - origin, entry.pos) for entry in entries]
    if not rows:
        return None
    places = [*rows, (max(probe.media.duration, rows[-1][0] + 1), size)]
    if any(later[1] < one[1] for one, later in pairwise(places)):
        return None
    # A Matroska file's index tells of clusters only, and not where it lies itself.
    media_end = max(entry.pos + entry.size for entry in stream.index_entries)
    return Reach(
        first=_before(rows, begin),
        last=_at(places, end),
        size=size,
        head=rows[0][1],
        tail=media_end if "mov" in parts else None,
    )


def _before(rows: Sequence[Place], time: Milliseconds) -> int:
    """Where the last keyframe up to a time lies."""
    return rows[max(bisect_right(rows, (time, 1 << 62)) - 1, 0)][1]


def _at(places: Sequence[Place], time: Milliseconds) -> int:
    at = bisect_left(places, (time, 0))
    if not 0 < at < len(places):
        return places[min(at, len(places) - 1)][1]
    (earlier, first), (later, last) = places[at - 1 : at + 1]
    return first + (last - first) * (time - earlier) // max(later - earlier, 1)
