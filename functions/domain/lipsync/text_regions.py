"""Text that was seen in stills of a video, as regions that last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from functions.domain.lipsync.asked import TextRegion
from functions.domain.times import Milliseconds

_SAME: Final = 0.5
"""Two boxes that share as much of what they cover together are of the same text."""


def lasting(stills: Sequence[Sequence[TextRegion]], every: Milliseconds) -> list[TextRegion]:
    """Boxes of stills, `every` apart, joined over those that follow each other: each lasts from one
    still before it is seen first to one after it is seen last, as it may have come in between."""
    done: list[TextRegion] = []
    going_on: list[tuple[int, int, TextRegion]] = []
    for at, boxes in enumerate(stills):
        left, now = list(boxes), []
        for first, last, box in going_on:
            same = next((one for one in left if overlap(one, box) >= _SAME), None)
            if same is None:
                done.append(_timed(box, first, last, every))
                continue
            left.remove(same)
            now.append((first, at, around(box, same)))
        going_on = [*now, *((at, at, box) for box in left)]
    return [*done, *(_timed(box, first, last, every) for first, last, box in going_on)]


def _timed(box: TextRegion, first: int, last: int, every: Milliseconds) -> TextRegion:
    return replace(box, start=max(0, (first - 1) * every), end=(last + 1) * every)


def around(one: TextRegion, other: TextRegion) -> TextRegion:
    """The box that holds both."""
    x, y = min(one.x, other.x), min(one.y, other.y)
    right = max(one.x + one.width, other.x + other.width)
    bottom = max(one.y + one.height, other.y + other.height)
    return TextRegion(x=x, y=y, width=right - x, height=bottom - y)


def overlap(one: TextRegion, other: TextRegion) -> float:
    """What they share of what they cover together, 0 to 1."""
    wide = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    high = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    shared = max(0.0, wide) * max(0.0, high)
    both = one.width * one.height + other.width * other.height - shared
    return min(1.0, shared / both) if both > 0 else 0.0
