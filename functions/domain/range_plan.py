"""The plan of a range: one file that holds all of it.

Nothing is encoded anew, so the file opens on the last keyframe at or before the asked start and
ends before the first at or after the asked end: it holds what was asked for, and at each side
up to the distance of two keyframes more.

A source whose keyframes are known is entered where the range begins. Any other is read from its
start; what comes before the range is cut into pieces, too, so that it can be thrown away as it
comes and never fills a disk.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from functions.domain.media import Probe
from functions.domain.plan import Plan, Window
from functions.domain.planning import Cut, FindKeyframes, assemble, between
from functions.domain.times import Milliseconds

# Two pictures are never nearer to each other: nothing else lies in what comes before a keyframe.
_CLEAR: Milliseconds = 10
# A packet of sound lasts no longer, so that one before the start is whole.
_SOUND_PACKET: Milliseconds = 125
# What follows the range is cut off soon: a file is known to be whole once the next one is.
_REST: Milliseconds = 1_000
_LOOK_BACK = (2_000, 8_000, 32_000, 128_000)
_LOOKS = 5
_POINTS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """What was asked for, from the source's start."""

    start: Milliseconds
    end: Milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cuts:
    """`opening` is None where the file opens with the source."""

    before: Sequence[Cut] = ()
    opening: Cut | None
    after: Sequence[Cut]


def make_range_plan(
    probe: Probe, asked: Range, *, find_keyframes: FindKeyframes, piece: Milliseconds
) -> Plan:
    """A plan with one window, whose last segment is the one that is wanted.

    `find_keyframes` is asked only where the container has no index; `piece` is how long a piece
    may be that is read and thrown away.
    """
    media, index = probe.media, probe.keyframes
    first = index.times[0] if index.times else 0
    if media.video is None:
        first, cuts = 0, _of_sound(media.duration, asked, piece)
    elif index.complete:
        cuts = _of_index(index.times, asked, find_keyframes)
    else:
        cuts = _of_search(first, asked, piece, find_keyframes)
    one_pass = media.video is None or not index.complete
    opened = [*cuts.before, cuts.opening] if cuts.opening else []
    wanted = len(opened) + 1
    window = Window(index=0, first=1 if one_pass else wanted, last=wanted)
    segments = between(media.duration, first, [*opened, *cuts.after])
    named = ("range", asked.start, asked.end)
    return assemble(probe, named, segments, [window], one_pass=one_pass)


def _of_index(keys: Sequence[Milliseconds], asked: Range, find: FindKeyframes) -> _Cuts:
    """By the index, and then by the pictures themselves.

    Most indexes tell when a picture is decoded, which may be earlier than it is shown, and some
    leave keyframes out.
    """
    at = max(bisect_right(keys, asked.start) - 1, 0)
    near = keys[max(at - 2, 1) : at + 1]
    end = max(asked.end, keys[0] + 1)
    found = find([*near, end]).times
    if len(found) >= len(near):
        near, found = found[: len(near)], found[len(near) :]
    shown = [keys[0], *near]
    opening = max(bisect_right(shown, asked.start) - 1, 0)
    closing = found[0] if found else next((key for key in keys if key >= end), None)
    return _Cuts(
        opening=(asked.start, shown[opening], shown[opening - 1]) if opening else None,
        after=[_at(asked.end, closing)] if closing is not None else [],
    )


def _of_sound(duration: Milliseconds, asked: Range, piece: Milliseconds) -> _Cuts:
    """Sound can be cut anywhere."""
    start = asked.start - _SOUND_PACKET
    end = asked.end + _SOUND_PACKET
    closing = ((asked.end, end, end), _anywhere(end + _REST))
    after = [cut for cut in closing if cut[1] < duration]
    if start <= 0:
        return _Cuts(opening=None, after=after)
    before = [_anywhere(time) for time in range(piece, start - _REST, piece)]
    return _Cuts(before=before, opening=(asked.start, start, start), after=after)


def _anywhere(time: Milliseconds) -> Cut:
    return time, time, time


def _of_search(
    first: Milliseconds, asked: Range, piece: Milliseconds, find: FindKeyframes
) -> _Cuts:
    opening = _last_before(asked.start, first, find)
    closing = _found(find, [max(asked.end, opening + 1)])
    rest = _found(find, [closing[0] + 1]) if closing else []
    pieces = [key for key in _found(find, range(first + piece, opening, piece)) if key < opening]
    return _Cuts(
        before=[_at(key, key) for key in pieces],
        opening=_at(asked.start, opening) if opening > first else None,
        after=[_at(asked.end, key) for key in closing] + [_at(key, key) for key in rest],
    )


def _at(asked: Milliseconds, key: Milliseconds) -> Cut:
    return asked, key, key - _CLEAR


def _found(find: FindKeyframes, times: Sequence[Milliseconds]) -> list[Milliseconds]:
    """For each time the first keyframe from there on, where there is one; each once."""
    return sorted(set(find(times).times)) if times else []


def _last_before(time: Milliseconds, first: Milliseconds, find: FindKeyframes) -> Milliseconds:
    """The last keyframe up to a time: looked for further and further back, then ever closer."""
    back = [time - far for far in _LOOK_BACK if time - far > first]
    known = max([first, *(key for key in _found(find, back) if key <= time)])
    for _ in range(_LOOKS):
        # The first of these times finds the next keyframe, wherever it is.
        step = max((time - known) // _POINTS, 1)
        later = [key for key in _found(find, range(known + 1, time + 1, step)) if key <= time]
        if not later:
            break
        known = later[-1]
    return known
