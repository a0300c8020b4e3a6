"""Where segments that stand for themselves open and close.

Where nothing is encoded anew, a file opens on the last keyframe at or before the asked start and
ends before the first at or after the asked end: it holds what was asked for, and at each side up
to the distance of two keyframes more. Cut at the frame, it holds just that.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from functions.domain.cutting.plan import Cut
from functions.domain.media.keyframe_search import KeyframeSearch
from functions.domain.media.probe import Probe
from functions.domain.times import Milliseconds

# Two pictures are never nearer to each other: nothing else lies in what comes before a keyframe.
CLEAR: Milliseconds = 10
# A packet of sound lasts no longer, so that one before the start is whole.
_SOUND_PACKET: Milliseconds = 125
# What follows is cut off soon: a file is known to be whole once the next one is.
REST: Milliseconds = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A segment that is wanted, whatever the others are."""

    start: Milliseconds
    end: Milliseconds
    title: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """Where a span opens, None with the source, and where it closes, None with its end. `rest` is
    a keyframe after that."""

    opening: Cut | None
    closing: Cut | None
    rest: Cut | None = None


def ends_of(
    probe: Probe, spans: Sequence[Span], search: KeyframeSearch, *, exact: bool
) -> list[Ends]:
    """The ends of each span; `exact` cuts at the frame."""
    duration, keys = probe.media.duration, probe.keyframes
    if exact:
        first = keys.times[0] if keys.times else 0
        return [_exactly(span, duration, first) for span in spans]
    if probe.media.video is None:
        return [_of_sound(span, duration) for span in spans]
    if keys.complete:
        return _of_index(keys.times, spans, search)
    return _of_search(keys.times[0] if keys.times else 0, spans, search)


def _exactly(span: Span, duration: Milliseconds, first: Milliseconds) -> Ends:
    """Before the first picture, reading begins with the source: its sound would be passed over."""
    after = span.start if span.start > first else 0
    return Ends(
        opening=(span.start, span.start, after) if span.start > 0 else None,
        closing=free_cut(span.end) if span.end < duration else None,
    )


def _of_sound(span: Span, duration: Milliseconds) -> Ends:
    """Sound can be cut anywhere."""
    start, end = span.start - _SOUND_PACKET, span.end + _SOUND_PACKET
    rest = end + REST
    return Ends(
        opening=(span.start, start, start) if start > 0 else None,
        closing=(span.end, end, end) if end < duration else None,
        rest=free_cut(rest) if rest < duration else None,
    )


def _of_index(
    keys: Sequence[Milliseconds], spans: Sequence[Span], search: KeyframeSearch
) -> list[Ends]:
    """By the index, and then by the pictures themselves.

    Most indexes tell when a picture is decoded, which may be earlier than it is shown, and some
    leave keyframes out.
    """
    near = [_near(keys, span.start) for span in spans]
    ends = [max(span.end, keys[0] + 1) for span in spans]
    search.look([*(key for row in near for key in row), *ends])
    return [
        _indexed(keys, span, row, end, search)
        for span, row, end in zip(spans, near, ends, strict=True)
    ]


def _near(keys: Sequence[Milliseconds], time: Milliseconds) -> Sequence[Milliseconds]:
    at = max(bisect_right(keys, time) - 1, 0)
    return keys[max(at - 2, 1) : at + 1]


def _indexed(
    keys: Sequence[Milliseconds],
    span: Span,
    near: Sequence[Milliseconds],
    end: Milliseconds,
    search: KeyframeSearch,
) -> Ends:
    shown = sorted({keys[0], *(search.after(key) or key for key in near)})
    at = max(bisect_right(shown, span.start) - 1, 0)
    closing = search.after(end) or next((key for key in keys if key >= end), None)
    return Ends(
        opening=(span.start, shown[at], shown[at - 1]) if at else None,
        closing=None if closing is None else keyframe_cut(span.end, closing),
    )


def _of_search(first: Milliseconds, spans: Sequence[Span], search: KeyframeSearch) -> list[Ends]:
    openings = search.last_until([span.start for span in spans], first)
    after = [max(span.end, key + 1) for span, key in zip(spans, openings, strict=True)]
    search.look(after)
    closings = [search.after(time) for time in after]
    search.look(key + 1 for key in closings if key is not None)
    return [
        _searched(span, opening, closing, first, search)
        for span, opening, closing in zip(spans, openings, closings, strict=True)
    ]


def _searched(
    span: Span,
    opening: Milliseconds,
    closing: Milliseconds | None,
    first: Milliseconds,
    search: KeyframeSearch,
) -> Ends:
    rest = None if closing is None else search.after(closing + 1)
    return Ends(
        opening=keyframe_cut(span.start, opening) if opening > first else None,
        closing=None if closing is None else keyframe_cut(span.end, closing),
        rest=None if rest is None else keyframe_cut(rest, rest),
    )


def keyframe_cut(asked: Milliseconds, key: Milliseconds) -> Cut:
    return asked, key, key - CLEAR


def free_cut(time: Milliseconds) -> Cut:
    return time, time, time
