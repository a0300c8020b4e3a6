"""A long talk in parts that a model can be asked about one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from functions.domain.moments.lines import Line
from functions.domain.times import Milliseconds

TOKENS: Final = 6_000
"""Of one window's text, as it is guessed."""
_BYTES_PER_TOKEN: Final = 3
_PER_LINE: Final = 12


@dataclass(frozen=True, slots=True)
class Window:
    """Lines `first` to `last` (indexes, both included)."""

    first: int
    last: int


def tokens_of(line: Line) -> int:
    """A guess on the safe side: three bytes each, with its number and its time."""
    return len(line.text.encode()) // _BYTES_PER_TOKEN + _PER_LINE


def windows_of(lines: Sequence[Line], longest: Milliseconds, tokens: int = TOKENS) -> list[Window]:
    """Each has so many tokens at the most, or one line. A window begins before the one ahead of it
    ends, by the length that a moment may have (`longest`), so that every moment lies whole in one;
    but never by more than half."""
    found: list[Window] = []
    first = 0
    while first < len(lines):
        last, spent = first, tokens_of(lines[first])
        while last + 1 < len(lines) and spent + tokens_of(lines[last + 1]) <= tokens:
            last += 1
            spent += tokens_of(lines[last])
        found.append(Window(first, last))
        if last + 1 >= len(lines):
            break
        first = _next(lines, found[-1], longest)
    return found


def _next(lines: Sequence[Line], window: Window, longest: Milliseconds) -> int:
    middle = window.first + (window.last - window.first) // 2 + 1
    at = window.last + 1
    while at > middle and lines[window.last].end - lines[at - 1].start < longest:
        at -= 1
    return at
