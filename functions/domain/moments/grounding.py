"""Holding proposals against the transcript: what comes out lies in it, word by word.

Every draft begins and ends with a word, at the edges of sentences (or at a pause inside of one that
is longer than a moment may be), is as long as was asked for, quotes what was said in it, and is no
near-duplicate of a better one. What cannot be made so is left out.
"""

from __future__ import annotations

import math
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from functions.domain.moments.lines import Line, lines_of
from functions.domain.moments.moment import (
    MAX_TAGS,
    REASON_LENGTH,
    TAG_LENGTH,
    TITLE_LENGTH,
    Draft,
    Edges,
    Moment,
    MomentOptions,
    Proposal,
    Quote,
    overlap,
)
from functions.domain.moments.phrases import (
    best_line,
    sentence_case,
    shortened,
    tags_of,
    title_of,
)
from functions.domain.moments.quoting import find_words, quote_of_words
from functions.domain.times import Milliseconds
from functions.domain.transcripts.transcript import Transcript

MAX_OVERLAP: Final = 0.10
"""Of the shorter of two moments: more, and they are near-duplicates."""
Weights = Mapping[str, float]
_NO_REASON: Final = "No reason was given."


def ground(
    proposals: Sequence[Proposal], transcript: Transcript, options: MomentOptions
) -> list[Draft]:
    """Drafts, the best first. The transcript has no words beyond the video's end (`within`)."""
    ground_of = Ground(transcript, options.minimum, options.maximum)
    drafts = [draft for one in proposals if (draft := ground_of.draft(one)) is not None]
    drafts.sort(key=lambda draft: (-draft.score, draft.start))
    return apart(drafts)


def apart(
    drafts: Iterable[Draft], taken: Sequence[Draft | Moment] = (), most: float = MAX_OVERLAP
) -> list[Draft]:
    """Those, in this order, that overlap no earlier one and nothing that is taken by more."""
    chosen: list[Draft] = []
    for draft in drafts:
        if all(overlap(draft, other) <= most for other in (*taken, *chosen)):
            chosen.append(draft)
    return chosen


@dataclass(slots=True)
class Ground:
    """A transcript to hold proposals against."""

    transcript: Transcript
    minimum: Milliseconds
    maximum: Milliseconds
    lines: list[Line] = field(init=False)
    _firsts: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.lines = lines_of(self.transcript, self.maximum)
        self._firsts = [line.first for line in self.lines]

    def draft(self, proposal: Proposal) -> Draft | None:
        """None where no stretch of whole lines there is as long as it has to be."""
        last_word = len(self.transcript.words) - 1
        first, last = sorted((proposal.first, proposal.last))
        if not self.lines or last < 0 or first > last_word:
            return None
        asked = self._line_at(max(0, first)), self._line_at(min(last, last_word))
        fitted = self._fitted(*asked, self._quoted(proposal, *asked))
        return None if fitted is None else self._made(proposal, *fitted)

    def _line_at(self, word: int) -> int:
        return max(0, bisect_right(self._firsts, word) - 1)

    def _length(self, first: int, last: int) -> Milliseconds:
        return self.lines[last].end - self.lines[first].start

    def _fitted(self, first: int, last: int, quoted: int | None) -> tuple[int, int] | None:
        """Lines are taken away from the end that is farther from what is quoted, or added where
        the pause is shorter, until it is as long as it has to be."""
        while first < last and self._length(first, last) > self.maximum:
            if quoted is not None and last - quoted < quoted - first:
                first += 1
            else:
                last -= 1
        while self._length(first, last) < self.minimum:
            ways = [
                (pause, way)
                for pause, way in self._ways(first, last)
                if self._length(*way) <= self.maximum
            ]
            if not ways:
                return None
            first, last = min(ways)[1]
        return (first, last) if self._length(first, last) <= self.maximum else None

    def _ways(self, first: int, last: int) -> Iterable[tuple[Milliseconds, tuple[int, int]]]:
        if last + 1 < len(self.lines):
            yield self.lines[last + 1].pause or 0, (first, last + 1)
        if first > 0:
            yield self.lines[first].pause or 0, (first - 1, last)

    def _quoted(self, proposal: Proposal, first: int, last: int) -> int | None:
        """The line in which its quote begins, None where it was not said there."""
        span = self.lines[first].first, self.lines[last].last
        place = find_words(self.transcript, proposal.quote, span)
        return None if place is None else self._line_at(place[0])

    def _made(self, proposal: Proposal, first: int, last: int) -> Draft:
        lines = self.lines[first : last + 1]
        language = self.transcript.language
        weights = weights_of(lines)
        whole = lines[0].opens and lines[-1].closes
        return Draft(
            first=lines[0].first,
            last=lines[-1].last,
            start=lines[0].start,
            end=lines[-1].end,
            edges=Edges.SENTENCE if whole else Edges.PAUSE,
            title=shortened(_cleaned(proposal.title), TITLE_LENGTH)
            or sentence_case(title_of(lines, weights, language)),
            reason=shortened(_cleaned(proposal.reason), REASON_LENGTH) or _NO_REASON,
            quote=self._quote(proposal, lines, weights),
            score=_share(proposal.score),
            parts={_name(name): _share(value) for name, value in proposal.parts.items()},
            tags=_tags(proposal.tags) or tags_of(lines, weights, language),
            source=proposal.source,
        )

    def _quote(self, proposal: Proposal, lines: Sequence[Line], weights: Weights) -> Quote:
        """Its own if it was said there, else the line that says most."""
        own = find_words(self.transcript, proposal.quote, (lines[0].first, lines[-1].last))
        best = best_line(lines, weights)
        return quote_of_words(self.transcript, own or (best.first, best.last))


def weights_of(lines: Sequence[Line]) -> dict[str, float]:
    """How often a stem is said in some lines: what there is to go by without the rest."""
    weights: dict[str, float] = {}
    for line in lines:
        for stem in line.stems:
            weights[stem] = weights.get(stem, 0.0) + 1.0
    return weights


def _cleaned(text: str) -> str:
    """One line of printable letters."""
    plain = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in text)
    return " ".join(plain.split())


def _share(value: float) -> float:
    """0 to 1; what is no number is nothing."""
    return round(min(1.0, max(0.0, value)), 3) if math.isfinite(value) else 0.0


def _name(text: str) -> str:
    return "".join(char if char.isalnum() else "_" for char in text.casefold())[:TAG_LENGTH]


def _tags(tags: Iterable[str]) -> tuple[str, ...]:
    """Without doubles, whatever their case."""
    cleaned = (_cleaned(tag).replace(",", " ").strip()[:TAG_LENGTH].strip() for tag in tags)
    found = {tag.casefold(): tag for tag in cleaned if tag}
    return tuple(found.values())[:MAX_TAGS]
