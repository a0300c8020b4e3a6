"""The plan of a range: one file that holds all of it (see `spans`).

A source whose keyframes are known is entered where the range begins, and so is one where it can be
found out where in the file the range lies. Any other is read from its start.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from functions.domain.cutting.exact_plan import cut_so, possible_cut
from functions.domain.cutting.exactness import EncodeTarget, Exactness
from functions.domain.cutting.lanes import make_lanes
from functions.domain.cutting.plan import Lane, Plan, Window
from functions.domain.cutting.planning import assemble
from functions.domain.cutting.spans import Span
from functions.domain.media.keyframe_search import FindKeyframes, KeyframeSearch
from functions.domain.media.probe import Probe
from functions.domain.media.reach import FindReach, Reach
from functions.domain.times import Milliseconds

# Whoever cuts reads so far behind the end, and whoever encodes still further.
READ_ON: Milliseconds = 500
READ_ON_ENCODING: Milliseconds = 3_500


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
    cut, reason = possible_cut(probe.media, asked.cut)
    lane, reach = _entered(probe, asked, cut, find_keyframes, find_reach)
    one_pass = probe.media.video is None or not probe.keyframes.complete
    if one_pass and reach is None:
        lane = _lane(probe, asked, cut, find_keyframes, piece)
    wanted = lane.kept.index(1) + 1
    window = Window(index=0, first=1 if one_pass else wanted, last=wanted, reach=reach)
    named = ("range", asked.start, asked.end, cut)
    plan = assemble(probe, named, lane.pieces, [window], one_pass=one_pass)
    return cut_so(plan, probe.media, cut, reason, asked.target)


def _lane(
    probe: Probe, asked: Range, cut: Exactness, find: FindKeyframes, piece: Milliseconds
) -> Lane:
    span, exact = Span(start=asked.start, end=asked.end), cut is not Exactness.KEYFRAME
    [lane] = make_lanes(probe, [span], find_keyframes=find, piece=piece, exact=exact)
    return lane


def _entered(
    probe: Probe, asked: Range, cut: Exactness, find: FindKeyframes, find_reach: FindReach
) -> tuple[Lane, Reach | None]:
    """The range and what is around it, and where in the file it lies: what comes before is then
    not read, and need not be cut up."""
    lane = _lane(probe, asked, cut, find, probe.media.duration)
    if probe.media.video is None or not probe.keyframes.times:
        return lane, None
    wanted, *later = lane.pieces[lane.kept.index(1) :]
    end = later[0].cut if later else probe.media.duration
    if probe.keyframes.complete:
        return lane, find_reach(max(0, wanted.after), end + READ_ON)
    first, begin = probe.keyframes.times[0], wanted.cut
    if cut is not Exactness.KEYFRAME:
        # Where the keyframe before it does not do, decoding begins at the one before that.
        search, end = KeyframeSearch(find), end + READ_ON_ENCODING
        [begin] = search.last_until([wanted.cut], first)
        [begin] = search.last_until([max(begin - 1, first)], first)
    reach = find_reach(begin, end + READ_ON)
    if reach is None or reach.entered is None or cut is not Exactness.KEYFRAME:
        return lane, reach
    known = replace(probe.keyframes, times=(reach.entered,))
    entered = replace(probe, keyframes=known)
    return _lane(entered, asked, cut, find, probe.media.duration), reach
