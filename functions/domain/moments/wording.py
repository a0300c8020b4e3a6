"""Why a moment was chosen, in words that say no more than the numbers do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_SAYS: Final[Mapping[str, str]] = {
    "topic": "names the topic that was asked for",
    "centrality": "has most of the words of its topic",
    "content": "has many different words for its length",
    "whole": "begins or ends with its topic",
    "pauses": "lies between pauses",
    "opening": "begins with a sentence that stands by itself",
    "commitment": "has words that commit to something",
    "energy": "is louder than the rest",
    "length": "has a handy length",
}
_TOLD: Final = 3
HONESTLY: Final = "Chosen by counting, not by understanding."


def reason_of(parts: Mapping[str, float]) -> str:
    """Its strongest parts with their values."""
    strongest = sorted(
        (name for name in parts if name in _SAYS), key=lambda name: (-parts[name], name)
    )
    told = [f"{_SAYS[name]} ({parts[name]:.2f})" for name in strongest[:_TOLD] if parts[name] > 0.5]
    if not told:
        return f"The best there was here. {HONESTLY}"
    return f"It {', '.join(told[:-1]) + ' and ' if told[1:] else ''}{told[-1]}. {HONESTLY}"
