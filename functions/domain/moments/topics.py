"""Where a talk turns to another topic: the division under which its words are most likely.

After Eisenstein & Barzilay, "Bayesian Unsupervised Topic Segmentation" (EMNLP 2008): each topic
draws its words from a distribution of its own, which is integrated out (Dirichlet compound
multinomial), and the best of all divisions is found by dynamic programming. Beside the words, a
pause and a phrase that opens something new speak for a boundary, as cue phrases do in that paper.
Here the number of topics is not given: a boundary has prior odds, by how long topics tend to be.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import lgamma, log
from typing import Final

from functions.domain.moments.lines import Line

Sentences = Sequence[Sequence[str]]
"""Stems of the content words of each sentence."""

LONGEST: Final = 200
"""Sentences that a topic may have; time grows with it."""
# A topic has about a dozen sentences, as far as one number can say it.
_ODDS: Final = -2.5
_OPENING: Final = 2.0
_QUESTION: Final = 0.7
_PAUSE: Final = 1.5
_MOST: Final = 3.0
# Words of a dictionary that grows are rarer each; tried on texts of 80 to 1,300 different words.
_CONCENTRATION: Final = 6.0
_OPENS: Final = re.compile(
    r"""(?:(?:and|so|but|well|ok|okay|right|all\ right|good)[ ,]+)*
    (?:now|next|then\ there|finally|lastly|last|first|firstly|second|secondly|third|thirdly|another
      |to\ (?:begin|start|finish|close|end|sum)|the\ (?:first|second|third|fourth|next|last|final
      |other|great|thing)|let\ (?:me|us)|let's|moving\ on|turning\ to|on\ to|speaking\ of|as\ for
      |what\ about|how\ (?:do|does|about)|an?\ (?:word|question)\ (?:on|about)|one\ more|here\ is
      |(?:i|we)\ (?:want|would\ like|must|should|need|have)\ to\ (?:talk|speak|say|tell|show)
      |(?:i|we)\ must\ (?:talk|speak)|people\ (?:always\ )?ask|everybody\ (?:asks|wants)
      |some\ of\ you|imagine|(?:good\ )?(?:morning|evening|afternoon)|hello|welcome|today
      |when\ (?:i|we))\b""",
    re.VERBOSE | re.IGNORECASE,
)


def topics_of(lines: Sequence[Line]) -> list[int]:
    """Indexes of the lines that begin a topic, the first one included."""
    if not lines:
        return []
    stems = [line.stems for line in lines]
    vocabulary = len({stem for line in stems for stem in line})
    concentration = min(1.0, _CONCENTRATION / max(1, vocabulary) ** 0.5)
    return find_topics(stems, _odds(lines), concentration=concentration, longest=LONGEST)


def _odds(lines: Sequence[Line]) -> list[float]:
    """Before the words are looked at: by phrases, and by the pause beside the usual one."""
    pauses = sorted(line.pause for line in lines if line.pause is not None)
    usual = max(100, pauses[len(pauses) // 2] if pauses else 0)
    return [_odds_of(line, usual) for line in lines]


def _odds_of(line: Line, usual: int) -> float:
    odds = _ODDS
    odds += _OPENING if _OPENS.match(line.text) else 0.0
    odds += _QUESTION if line.text.rstrip().endswith("?") else 0.0
    if line.pause is not None:
        odds += min(_MOST, max(-1.0, _PAUSE * log((line.pause + 100) / (usual + 100))))
    return odds if line.opens else odds - _MOST


def find_topics(
    sentences: Sentences, odds: Sequence[float], *, concentration: float, longest: int
) -> list[int]:
    """Indexes of the sentences that begin a topic, the first one included.

    `odds[i]` are the log odds that a topic begins at sentence i before its words are looked at.
    Time grows with the sentences times `longest`, the most sentences that a topic may have.
    """
    count = len(sentences)
    best, cut = [0.0] + [float("-inf")] * count, [0] * (count + 1)
    likelihood = _Likelihood(sentences, concentration)
    for start in range(count):
        opened = best[start] + (odds[start] if start else 0.0)
        for end, value in likelihood.from_here(start, min(start + longest, count)):
            if opened + value > best[end]:
                best[end], cut[end] = opened + value, start
    found = []
    while count:
        count = cut[count]
        found.append(count)
    return found[::-1]


class _Likelihood:
    """Log likelihood of stretches of sentences as one topic."""

    def __init__(self, sentences: Sentences, concentration: float) -> None:
        self._sentences, self._each = sentences, concentration
        words = {word for sentence in sentences for word in sentence}
        longest = sum(len(sentence) for sentence in sentences)
        self._whole = concentration * max(1, len(words))
        self._logs: dict[int, float] = {}
        self._longest = longest

    def from_here(self, start: int, until: int) -> list[tuple[int, float]]:
        """Of each stretch from `start` that ends before `end`, up to `until`.

        Each further word adds one term, so that a stretch costs no more than its last sentence.
        """
        counts: dict[str, int] = {}
        logs, each, whole = self._logs, self._each, self._whole
        total, seen = 0.0, 0
        found = []
        begin = lgamma(whole)
        for at in range(start, until):
            for word in self._sentences[at]:
                known = counts.get(word, 0)
                counts[word] = known + 1
                value = logs.get(known)
                if value is None:
                    value = logs[known] = log(known + each)
                total += value
            seen += len(self._sentences[at])
            found.append((at + 1, total + begin - lgamma(seen + whole)))
        return found
