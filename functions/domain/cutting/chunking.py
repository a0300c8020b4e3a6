"""Dividing segments that take too long for one function into chunks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise

from functions.domain.cutting.plan import Chunk, Plan, PlannedSegment, Window
from functions.domain.times import Milliseconds

CountOf = Callable[[PlannedSegment], int]
"""Into how many chunks a segment is to be divided; one where it fits as it is."""
SHORTEST: Milliseconds = 2_000


def in_chunks(plan: Plan, count_of: CountOf, *, always: bool = False) -> Plan:
    """The plan with each segment that has several chunks in windows of its own, and a join for it;
    with `always`, one that has a single chunk, too.

    What is left of a window keeps its order. Chunks do not overlap and leave nothing out, whatever
    their number.
    """
    least = 1 if always else 2
    windows = [
        piece for window in plan.windows for piece in _divided(plan, window, count_of, least)
    ]
    numbered = [replace(window, index=at) for at, window in enumerate(windows)]
    long = [window for window in numbered if window.chunk and _opens(plan, window)]
    joins = [
        replace(window, index=len(numbered) + at, chunk=None) for at, window in enumerate(long)
    ]
    return replace(plan, windows=tuple(numbered), joins=tuple(joins))


def _opens(plan: Plan, window: Window) -> bool:
    (piece,) = plan.of_window(window)
    return window.chunk is not None and window.chunk.start == piece.start


def _divided(plan: Plan, window: Window, count_of: CountOf, least: int) -> Iterator[Window]:
    """The window itself where nothing in it is too long."""
    begun = window.first
    for piece in plan.of_window(window):
        place = piece.number
        alone = replace(window, first=place, last=place)
        if not plan.numbers_of(alone) or (count := count_of(piece)) < least:
            continue
        yield from _rest(plan, replace(window, first=begun, last=place - 1))
        yield from (replace(alone, chunk=chunk) for chunk in chunks(piece, count))
        begun = place + 1
    yield from _rest(plan, replace(window, first=begun))


def _rest(plan: Plan, window: Window) -> Iterator[Window]:
    """Nothing where no piece of it is a segment."""
    if window.first <= window.last and plan.numbers_of(window):
        yield window


def chunks(piece: PlannedSegment, count: int) -> list[Chunk]:
    """As many equal stretches, none shorter than two seconds."""
    length = piece.end - piece.start
    count = max(1, min(count, length // SHORTEST))
    times = [piece.start + length * at // count for at in range(count + 1)]
    return [Chunk(start=start, end=end) for start, end in pairwise(times)]
