"""What can be told of a moment in plain English without a model: where it is to begin and end.

Each clause moves one end or both, by seconds, minutes or sentences; without a number by a sentence.
`and` and commas stand between clauses:

    shorter · longer · 10 seconds shorter · longer by two sentences
    start 5 seconds earlier · begin one sentence later · end later · stop 3 s sooner
    start earlier and end two sentences later
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from functions.domain.errors import ConflictError, FieldError, InvalidInputError
from functions.domain.moments.lines import Line
from functions.domain.times import Milliseconds
from functions.domain.transcripts.transcript import Transcript

UNDERSTOOD: Final = (
    "shorter or longer, start or end earlier or later, each by seconds, minutes or sentences: "
    "'10 seconds shorter', 'start one sentence earlier and end later'"
)
_NUMBERS: Final = {
    word: number
    for number, word in enumerate(
        ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    )
} | {"a": 1, "an": 1, "fifteen": 15, "twenty": 20, "thirty": 30, "sixty": 60}
_AMOUNT: Final = (
    rf"(?P<number>\d{{1,4}}(?:\.\d{{1,3}})?|{'|'.join(_NUMBERS)})\s*"
    r"(?P<unit>seconds?|secs?|s|minutes?|mins?|m|sentences?)\b"
)
_END: Final = (
    r"(?:(?:let it|have it|it should|make it)\s+)?(?P<end>start|begin|open|end|stop|close)s?"
)
_WAY: Final = r"(?P<way>earlier|sooner|before|later|after)"
_SIZE: Final = r"(?:make it\s+)?(?:a (?:bit|little)\s+)?(?P<size>shorter|longer)"
_CLAUSES: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_END}\s+{_AMOUNT}\s+{_WAY}",
        rf"{_END}\s+{_WAY}(?:\s+by\s+{_AMOUNT})?",
        rf"(?:make it\s+)?{_AMOUNT}\s+(?P<size>shorter|longer)",
        rf"{_SIZE}(?:\s+by\s+{_AMOUNT})?",
    )
)
_PAUSE: Final[Milliseconds] = 300
"""Inside of a sentence, a stop of this length is a place to begin or end at, too."""


@dataclass(frozen=True, slots=True)
class Move:
    """By how much an end goes, back in time if negative: in milliseconds or sentences."""

    start: bool
    by: float
    in_sentences: bool


def understand(instruction: str) -> list[Move]:
    """Raises InvalidInputError where a part of it is none of the above."""
    text = " ".join(instruction.casefold().replace("please", " ").split()).strip(" .!")
    clauses = [part for part in re.split(r"\s*(?:,|;|\band\b|\bthen\b)\s*", text) if part]
    found = [_clause(clause) for clause in clauses]
    if not found or not all(found):
        says = f"This was not understood. What is: {UNDERSTOOD}. Or send `start` and `end`."
        raise InvalidInputError(
            "refine.not_understood",
            says,
            fields=(FieldError("/instruction", "not_understood", says),),
        )
    return [move for moves in found for move in moves]


def _clause(clause: str) -> list[Move]:
    for pattern in _CLAUSES:
        found = pattern.fullmatch(clause)
        if found:
            return _moves(found.groupdict())
    return []


def _moves(said: dict[str, str | None]) -> list[Move]:
    amount, in_sentences = _amount(said.get("number"), said.get("unit"))
    if not amount:
        return []
    if said.get("size"):
        # At the end: how a moment begins is what it was chosen for.
        sign = 1 if said["size"] == "longer" else -1
        return [Move(start=False, by=sign * amount, in_sentences=in_sentences)]
    sign = 1 if said["way"] in {"later", "after"} else -1
    at_start = said["end"] in {"start", "begin", "open"}
    return [Move(start=at_start, by=sign * amount, in_sentences=in_sentences)]


def _amount(number: str | None, unit: str | None) -> tuple[float, bool]:
    if number is None or unit is None:
        return 1.0, True
    value = float(_NUMBERS.get(number, 0) or (number if number[0].isdigit() else 0))
    if unit.startswith("sentence"):
        return float(int(value)), True
    return value * (60_000 if unit.startswith("m") else 1_000), False


def moved(
    transcript: Transcript,
    lines: Sequence[Line],
    range_: tuple[Milliseconds, Milliseconds],
    moves: Sequence[Move],
) -> tuple[int, int]:
    """First and last word after all moves. An end goes to an edge of a sentence, or to a pause,
    the nearest one to where it should: by one at the least.

    Raises ConflictError where it cannot go that way, or nothing would be left.
    """
    words = transcript.words
    begins, ends = _places(transcript, lines)
    start, end = range_
    for move in moves:
        whole = [words[line.first].start if move.start else words[line.last].end for line in lines]
        every = [words[i].start for i in begins] if move.start else [words[i].end for i in ends]
        now = start if move.start else end
        to = _step(whole, now, int(move.by)) if move.in_sentences else _near(every, now, move.by)
        start, end = (to, end) if move.start else (start, to)
        if start >= end:
            raise ConflictError("moment.cannot_move", "Nothing would be left of this moment.")
    first = bisect_left(words, start, key=lambda word: word.start)
    last = bisect_left(words, end, key=lambda word: word.end)
    if first > last:
        raise ConflictError("moment.cannot_move", "Nobody speaks in what would be left.")
    return first, last


def _places(transcript: Transcript, lines: Sequence[Line]) -> tuple[list[int], list[int]]:
    """Words that a moment can begin with, and those that it can end with."""
    words = transcript.words
    after_pause = {i for i in range(1, len(words)) if words[i].start - words[i - 1].end >= _PAUSE}
    begins = after_pause | {line.first for line in lines}
    ends = {i - 1 for i in after_pause} | {line.last for line in lines}
    return sorted(begins), sorted(ends)


def _step(places: Sequence[Milliseconds], now: Milliseconds, by: int) -> Milliseconds:
    """So many places on or back, as far as there are any."""
    if by > 0:
        ahead = [place for place in places if place > now][:by]
    else:
        ahead = [place for place in reversed(places) if place < now][: -by or 1]
    if not ahead:
        raise _no_room()
    return ahead[-1]


def _near(places: Sequence[Milliseconds], now: Milliseconds, by: float) -> Milliseconds:
    """The nearest place to there, in that direction."""
    ahead = [place for place in places if (place > now if by > 0 else place < now)]
    if not ahead:
        raise _no_room()
    return min(ahead, key=lambda place: abs(place - (now + by)))


def _no_room() -> ConflictError:
    return ConflictError("moment.cannot_move", "There is no speech further on that way.")
