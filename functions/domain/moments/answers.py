"""Reading what a model has filled into its tool: every field may be missing, wrong or absurd."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from functions.domain.moments.lines import Line
from functions.domain.moments.moment import Proposal
from functions.domain.moments.prompts import PARTS
from functions.domain.moments.text import words_in

MAX_PROBLEMS: Final = 12
_NUMBER: Final = re.compile(r"[0-9]*\.?[0-9]+")
_Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Read:
    """What could be used of an answer, and what is wrong with the rest, in words for the model."""

    proposals: tuple[Proposal, ...] = ()
    problems: tuple[str, ...] = ()


def read_answer(given: object, lines: Sequence[Line], first: int, last: int, source: str) -> Read:
    """`given` is the tool's input; sentences `first` to `last` are those that were shown."""
    moments = given.get("moments") if isinstance(given, Mapping) else None
    if not isinstance(moments, list):
        return Read(problems=("There is no list called `moments`.",))
    proposals: list[Proposal] = []
    problems: list[str] = []
    for at, one in enumerate(moments):
        wrong = _Wrong(at)
        proposal = _proposal(one, lines, (first, last), source, wrong)
        problems += wrong.told
        if proposal is not None and not wrong.told:
            proposals.append(proposal)
    return Read(tuple(proposals), tuple(problems[:MAX_PROBLEMS]))


class _Wrong:
    def __init__(self, at: int) -> None:
        self._at = at
        self.told: list[str] = []

    def tell(self, says: str) -> None:
        self.told.append(f"Moment {self._at + 1}: {says}")


def _proposal(
    given: object, lines: Sequence[Line], shown: tuple[int, int], source: str, wrong: _Wrong
) -> Proposal | None:
    if not isinstance(given, Mapping):
        wrong.tell("it is no object.")
        return None
    first, last = (_sentence(given, name, shown, wrong) for name in _RANGE)
    parts = {name: _score(given, name, wrong) for name in PARTS}
    title, reason = (_text(given, name, wrong) for name in ("title", "reason"))
    if first is None or last is None:
        return None
    if first > last:
        wrong.tell("its first sentence comes after its last.")
        return None
    words = " ".join(line.text for line in lines[first : last + 1])
    quote = _text(given, "quote", wrong)
    if quote and not _said(quote, words):
        wrong.tell("its quote does not stand in its sentences word by word.")
    return Proposal(
        first=lines[first].first,
        last=lines[last].last,
        score=round(sum(parts.values()) / len(parts), 3),
        parts=parts,
        title=title,
        reason=reason,
        quote=quote,
        tags=_tags(given.get("tags")),
        source=source,
    )


_RANGE: Final = ("first_sentence", "last_sentence")


def _sentence(given: _Json, name: str, shown: tuple[int, int], wrong: _Wrong) -> int | None:
    value = _number(given.get(name))
    if value is None or value != int(value):
        wrong.tell(f"`{name}` is no number of a sentence.")
        return None
    if not shown[0] <= value <= shown[1]:
        wrong.tell(f"`{name}` is {int(value)}; sentences {shown[0]} to {shown[1]} were given.")
        return None
    return int(value)


def _score(given: _Json, name: str, wrong: _Wrong) -> float:
    value = _number(given.get(name))
    if value is None or not 0 <= value <= 1:
        wrong.tell(f"`{name}` is no number from 0 to 1.")
        return 0.0
    return round(value, 3)


def _number(value: object) -> float | None:
    """A number that came as text is a number; true and false are none."""
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()) and len(value) < 20:
        return float(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # Larger ones can be no number of a sentence, and may be too large for arithmetic.
    return float(value) if abs(value) < 1e9 and math.isfinite(value) else None


def _text(given: _Json, name: str, wrong: _Wrong) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value.strip():
        wrong.tell(f"`{name}` is no text.")
        return ""
    return value


def _tags(value: object) -> tuple[str, ...]:
    return tuple(tag for tag in value if isinstance(tag, str)) if isinstance(value, list) else ()


def _said(quote: str, text: str) -> bool:
    """Whatever the gaps: some languages are written without, and spoken words have them."""
    return "".join(words_in(quote)) in "".join(words_in(text))
