"""How much a stretch of lines is worth, in parts of 0 to 1 that are added up by weight.

Length, distinct content words, words of commitment and centrality are what told applauded sentences
of speeches from others, and that only somewhat (areas under the curve of 0.56 to 0.62). No part is
an understanding of what is said; nor were the weights learnt from anybody's choice.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from math import exp, log, sqrt
from typing import Final

from functions.domain.analyses.boundaries import Envelope
from functions.domain.moments.lines import Line
from functions.domain.moments.phrases import leans_back
from functions.domain.moments.text import content, is_english
from functions.domain.times import Milliseconds

WEIGHTS: Final[Mapping[str, float]] = {
    "content": 0.20,
    "centrality": 0.20,
    "whole": 0.15,
    "length": 0.10,
    "pauses": 0.10,
    "opening": 0.10,
    "commitment": 0.10,
    "energy": 0.05,
    "topic": 1.00,
}
"""`topic` only where one was asked for, `energy` only where the sound was looked at, `opening` and
`commitment` only in English."""
_COMMITMENT: Final = re.compile(
    r"\b(?:must|will|never|always|nobody|everybody|every|let's|let us|promise|believe|need to"
    r"|have to|should|cannot|the most|the only|the best|the worst|the first|the secret|the truth"
    r"|remember|imagine|important|because)\b",
    re.IGNORECASE,
)
_PAUSE: Final = 500.0
_DECIBELS: Final = 6.0


@dataclass(frozen=True, slots=True)
class Stretch:
    """Lines `first` to `last` (indexes, both included) of the topic that begins and ends there."""

    first: int
    last: int
    topic_first: int
    topic_last: int


@dataclass(slots=True)
class Salience:
    """Weighs stretches of one talk."""

    lines: Sequence[Line]
    language: str
    minimum: Milliseconds
    maximum: Milliseconds
    topic: str | None = None
    audio: Envelope | None = None
    weights: dict[str, float] = field(init=False)
    """What a stem weighs: more where fewer lines have it."""
    _commitment: list[int] = field(init=False)
    _loudness: list[float | None] = field(init=False)
    _asked: frozenset[str] = field(init=False)
    _usual: float = field(init=False)
    _topics: dict[tuple[int, int], tuple[Counter[str], float]] = field(init=False)

    def __post_init__(self) -> None:
        seen = Counter(stem for line in self.lines for stem in set(line.stems))
        self.weights = {stem: log(1 + len(self.lines) / count) for stem, count in seen.items()}
        marks = (len(_COMMITMENT.findall(line.text)) for line in self.lines)
        self._commitment = list(accumulate(marks, initial=0))
        self._loudness = _loudness(self.lines, self.audio)
        self._asked = frozenset(content(self.topic or "", self.language))
        self._topics = {}
        length = sum(line.end - line.start for line in self.lines) / 1000
        self._usual = sum(len(set(line.stems)) for line in self.lines) / max(1.0, length)

    def parts(self, at: Stretch, counts: Counter[str]) -> dict[str, float]:
        """Of a stretch with these stems, each part by its name."""
        lines = self.lines[at.first : at.last + 1]
        length = (lines[-1].end - lines[0].start) / 1000
        rate = len(counts) / max(0.001, length)
        found = {
            "content": rate / (rate + self._usual) if rate else 0.0,
            "centrality": self._centrality(at, counts),
            "whole": (at.first == at.topic_first) * 0.5 + (at.last == at.topic_last) * 0.5,
            "length": self._length(lines[-1].end - lines[0].start),
            "pauses": self._pauses(at),
        }
        if is_english(self.language):
            marks = self._commitment[at.last + 1] - self._commitment[at.first]
            found["opening"] = 0.2 if leans_back(lines[0].text) else 1.0
            found["commitment"] = 1 - exp(-marks / len(lines))
        energy = self._energy(at)
        if energy is not None:
            found["energy"] = energy
        if self.topic is not None:
            found["topic"] = self.relevance(counts)
        return {name: round(value, 3) for name, value in found.items()}

    def relevance(self, counts: Mapping[str, int]) -> float:
        """How much of the topic that was asked for these stems name, by weight."""
        every = sum(self.weights.get(stem, 1.0) for stem in self._asked)
        named = sum(self.weights.get(stem, 1.0) for stem in self._asked if stem in counts)
        return named / every if every else 0.0

    def _centrality(self, at: Stretch, counts: Counter[str]) -> float:
        """Cosine of its words and its topic's."""
        place = (at.topic_first, at.topic_last)
        if place not in self._topics:
            whole = counted(self.lines[at.topic_first : at.topic_last + 1])
            self._topics[place] = (whole, self._norm(whole))
        whole, norm = self._topics[place]
        dot = sum(n * whole[stem] * self.weights[stem] ** 2 for stem, n in counts.items())
        size = norm * self._norm(counts)
        return min(1.0, dot / size) if size else 0.0

    def _norm(self, counts: Counter[str]) -> float:
        return sqrt(sum((n * self.weights[stem]) ** 2 for stem, n in counts.items()))

    def _length(self, length: Milliseconds) -> float:
        """1 in the middle of what is allowed, on a scale of ratios, and 0.5 at its ends."""
        low, high = log(max(1, self.minimum)), log(max(2, self.maximum))
        if high - low < 0.01:
            return 1.0
        away = abs(log(max(1, length)) - (low + high) / 2) / ((high - low) / 2)
        return max(0.0, 1 - away / 2)

    def _pauses(self, at: Stretch) -> float:
        """Silence on both sides; the talk's own ends are silent enough."""
        before = self.lines[at.first].pause
        after = self.lines[at.last + 1].pause if at.last + 1 < len(self.lines) else None
        sides = [1.0 if one is None else one / (one + _PAUSE) for one in (before, after)]
        return sum(sides) / 2

    def _energy(self, at: Stretch) -> float | None:
        """Louder than the middle line of the talk, in steps of 6 dB."""
        here = [one for one in self._loudness[at.first : at.last + 1] if one is not None]
        if not here:
            return None
        return 1 / (1 + exp(-sum(here) / len(here) / _DECIBELS))


def counted(lines: Sequence[Line]) -> Counter[str]:
    return Counter(stem for line in lines for stem in line.stems)


def _loudness(lines: Sequence[Line], audio: Envelope | None) -> list[float | None]:
    """Mean level of each line in dB beside that of the middle one; None where there is no sound."""
    if audio is None or not audio.levels:
        return [None] * len(lines)
    below, step = audio.attenuations, audio.step
    levels: list[float | None] = []
    for line in lines:
        part = below[line.start // step : max(line.start // step + 1, line.end // step)]
        levels.append(-sum(part) / len(part) / 2 if part else None)
    known = sorted(level for level in levels if level is not None)
    usual = known[len(known) // 2] if known else 0.0
    return [None if level is None else level - usual for level in levels]
