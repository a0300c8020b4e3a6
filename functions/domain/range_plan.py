"""The plan of a range: one file that holds all of it (see `spans`).

A source whose keyframes are known is entered where the range begins. Any other is read from its
start.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from functions.domain.exact_plan import cut_so, possible_cut
from functions.domain.exactness import EncodeTarget, Exactness
from functions.domain.keyframe_search import FindKeyframes
from functions.domain.lanes import make_lanes
from functions.domain.media import Probe
from functions.domain.plan import Plan, PlannedSegment, Window
from functions.domain.planning import assemble
from functions.domain.reach import FindReach
from functions.domain.spans import Span
from functions.domain.times import Milliseconds

# Whoever cuts reads so far behind the end.
READ_ON: Milliseconds = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """What was asked for, from the source's start, and how exactly."""

    start: Milliseconds
    end: Milliseconds
    cut: Exactness = Exactness.KEYFRAME
    target: EncodeTarget | None = None


def make_range_plan(
    probe: Probe,
    asked: Range,
    *,
    find_keyframes: FindKeyframes,
    find_reach: FindReach = lambda *_: None,
    piece: Milliseconds,
) -> Plan:
    """A plan with one window, whose last segment is the one that is wanted.

    `find_keyframes` is asked what the index does not tell, `find_reach` where in the file all of
    it lies; `piece` is how long a piece may be that is read and thrown away.
    """
    span = Span(start=asked.start, end=asked.end)
    cut, reason = possible_cut(probe.media, asked.cut)
    [lane] = make_lanes(
        probe,
        [span],
        find_keyframes=find_keyframes,
        piece=piece,
        exact=cut is not Exactness.KEYFRAME,
    )
    wanted = lane.kept.index(1) + 1
    one_pass = probe.media.video is None or not probe.keyframes.complete
    reach = None if one_pass else find_reach(*_read(lane.pieces[wanted - 1 :]))
    window = Window(index=0, first=1 if one_pass else wanted, last=wanted, reach=reach)
    named = ("range", asked.start, asked.end, cut)
    plan = assemble(probe, named, lane.pieces, [window], one_pass=one_pass)
    return cut_so(plan, probe.media, cut, reason, asked.target)


def _read(pieces: Sequence[PlannedSegment]) -> tuple[Milliseconds, Milliseconds]:
    """The times that are read for the first of these."""
    wanted, *later = pieces
    end = later[0].cut if later else wanted.end
    return max(0, wanted.after), end + READ_ON
