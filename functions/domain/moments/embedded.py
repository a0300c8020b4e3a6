"""Moments without a model service: topics by their words, then the best stretch of each.

It knows where one topic ends and another begins, and which stretch says most of it in the time
allowed. It does not know what is funny, new or true, and its ranking is worth little: each moment
says by which parts it was chosen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from functions.domain.analyses.boundaries import Envelope
from functions.domain.moments.lines import Line, lines_of
from functions.domain.moments.moment import EMBEDDED, MomentOptions, Proposal
from functions.domain.moments.phrases import best_line, quote_of, tags_of, title_of
from functions.domain.moments.proposals import Proposals
from functions.domain.moments.salience import WEIGHTS, Salience, Stretch, counted
from functions.domain.moments.topics import topics_of
from functions.domain.moments.versions import EMBEDDED_VERSION
from functions.domain.moments.wording import reason_of
from functions.domain.transcripts.transcript import Transcript


@dataclass(frozen=True, slots=True)
class _Found:
    score: float
    at: Stretch
    parts: dict[str, float]


class EmbeddedGenerator:
    """A MomentGenerator that only counts."""

    def generate(
        self, transcript: Transcript, options: MomentOptions, audio: Envelope | None = None
    ) -> Proposals:
        """Twice as many as are asked for, the best first: some are taken or unwanted already.

        Deterministic; time grows with the number of sentences.
        """
        lines = lines_of(transcript, options.maximum)
        if not lines:
            return Proposals(generator=EMBEDDED, prompt_version=EMBEDDED_VERSION)
        salience = Salience(
            lines, transcript.language, options.minimum, options.maximum, options.topic, audio
        )
        ranked = sorted(_candidates(salience), key=lambda one: (-one.score, one.at.first))
        chosen = _apart(ranked, options.count * 2)
        return Proposals(
            items=tuple(_proposal(one, salience, transcript.language) for one in chosen),
            generator=EMBEDDED,
            prompt_version=EMBEDDED_VERSION,
        )


def _candidates(salience: Salience) -> Iterator[_Found]:
    """Of each line that can begin one, the best stretch within its topic."""
    lines = salience.lines
    for first, last in stretches(lines, salience.minimum):
        for start in range(first, last + 1):
            found = _best_from(salience, start, first, last)
            if found is not None:
                yield found


def stretches(lines: Sequence[Line], minimum: int) -> list[tuple[int, int]]:
    """Topics as first and last line; one that is too short goes with the next, at the end with
    the one before."""
    begins = topics_of(lines)
    found: list[tuple[int, int]] = []
    first = 0
    for until in [*begins[1:], len(lines)]:
        if lines[until - 1].end - lines[first].start >= minimum:
            found.append((first, until - 1))
            first = until
    if first < len(lines):
        before = found.pop()[0] if found else first
        found.append((before, len(lines) - 1))
    return found


def _best_from(salience: Salience, start: int, first: int, last: int) -> _Found | None:
    lines = salience.lines
    counts: Counter[str] = Counter()
    best: _Found | None = None
    for end in range(start, last + 1):
        length = lines[end].end - lines[start].start
        if length > salience.maximum:
            break
        counts.update(lines[end].stems)
        if length < salience.minimum:
            continue
        at = Stretch(start, end, first, last)
        parts = salience.parts(at, counts)
        score = weighed(parts)
        if parts.get("topic", 1.0) and (best is None or score > best.score):
            best = _Found(score, at, parts)
    return best


def weighed(parts: dict[str, float]) -> float:
    """Parts as one number of 0 to 1; those that are not known weigh nothing."""
    every = sum(WEIGHTS[name] for name in parts)
    return round(sum(WEIGHTS[name] * value for name, value in parts.items()) / every, 3)


def _apart(ranked: Sequence[_Found], limit: int) -> list[_Found]:
    """Those that share no line with a better one."""
    taken: set[int] = set()
    chosen: list[_Found] = []
    for one in ranked:
        mine = range(one.at.first, one.at.last + 1)
        if len(chosen) < limit and taken.isdisjoint(mine):
            chosen.append(one)
            taken.update(mine)
    return chosen


def _proposal(found: _Found, salience: Salience, language: str) -> Proposal:
    lines = salience.lines[found.at.first : found.at.last + 1]
    counts = counted(lines)
    weights = {stem: salience.weights[stem] * times for stem, times in counts.items()}
    return Proposal(
        first=lines[0].first,
        last=lines[-1].last,
        score=found.score,
        parts=found.parts,
        title=title_of(lines, weights, language),
        reason=reason_of(found.parts),
        quote=quote_of(best_line(lines, weights)),
        tags=tags_of(lines, weights, language),
        source=EMBEDDED,
    )
