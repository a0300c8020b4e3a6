"""A video as a row of pieces: stretches that stay, and ranges that get a voice.

How long a range gets where its voice is longer or shorter is what the sync mode says. open: whether
a range may change the length of the whole; here it does, as the mode does to a whole video.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_SAME: Final = 0.02
"""Seconds by which a voice may differ and still be as long as its range."""


@dataclass(frozen=True)
class Voice:
    """A stretch of a sound file."""

    path: str
    start: float
    end: float

    @property
    def seconds(self) -> float:
        return self.end - self.start


@dataclass(frozen=True)
class Range:
    """In seconds of the video."""

    start: float
    end: float
    voice: Voice
    mode: str


@dataclass(frozen=True)
class Piece:
    """From `start` to `end` of the source, shown for `seconds`; with no voice as it was. `mode` is
    only told where the picture has to be made longer or shorter."""

    start: float
    end: float
    seconds: float
    voice: Voice | None = None
    mode: str | None = None


def pieces_of(duration: float, ranges: Sequence[Range]) -> list[Piece]:
    """All of the video, in order; ranges of no length have no effect."""
    made: list[Piece] = []
    at = 0.0
    for one in sorted(ranges, key=lambda one: one.start):
        end = min(one.end, duration)
        if end <= one.start:
            continue
        if one.start > at:
            made.append(Piece(at, one.start, one.start - at))
        made.append(_voiced(one, end))
        at = end
    if at < duration:
        made.append(Piece(at, duration, duration - at))
    return made


def _voiced(one: Range, end: float) -> Piece:
    picture, sound = end - one.start, one.voice.seconds
    seconds = shown_for(picture, sound, one.mode)
    mode = None if abs(seconds - picture) <= _SAME else one.mode
    return Piece(one.start, end, picture if mode is None else seconds, one.voice, mode)


def shown_for(picture: float, sound: float, mode: str) -> float:
    """Source: the table of its sync modes."""
    if mode == "cut_off":
        return min(picture, sound)
    if mode == "silence":
        return max(picture, sound)
    return sound


def length_of(pieces: Sequence[Piece]) -> float:
    return sum(piece.seconds for piece in pieces)
