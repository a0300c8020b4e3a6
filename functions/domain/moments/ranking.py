"""What a user has accepted and rejected, as far as it speaks for or against what comes later.

A draft that has its words in common with accepted moments of the same video moves up, one that has
them in common with rejected ones down. The part is called `feedback`, 0.5 says nothing, and it has
an eighth of the whole: three verdicts are no taste.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from math import sqrt
from typing import Final

from functions.domain.moments.grounding import apart
from functions.domain.moments.moment import Draft, Moment, MomentStatus, likeness
from functions.domain.moments.text import content
from functions.domain.transcripts.transcript import Transcript

FEEDBACK_WEIGHT: Final = 0.125
SAME: Final = 0.5
"""How much two have to have in common for one to be what was rejected."""


def select(
    drafts: Sequence[Draft], kept: Sequence[Moment], transcript: Transcript, count: int
) -> list[Draft]:
    """The best drafts that neither overlap what is kept nor are what was rejected, best first."""
    current = [moment for moment in kept if moment.current]
    rejected = [moment for moment in current if moment.status is MomentStatus.REJECTED]
    others = [moment for moment in current if moment.status is not MomentStatus.REJECTED]
    wanted = [
        draft for draft in drafts if all(likeness(draft, moment) <= SAME for moment in rejected)
    ]
    ranked = sorted(
        judged(wanted, current, transcript), key=lambda draft: (-draft.score, draft.start)
    )
    return apart(ranked, others)[:count]


def judged(
    drafts: Sequence[Draft], moments: Sequence[Moment], transcript: Transcript
) -> list[Draft]:
    """Drafts with a part for feedback, where there is any."""
    liked = _bags(moments, MomentStatus.ACCEPTED, transcript)
    disliked = _bags(moments, MomentStatus.REJECTED, transcript)
    if not liked and not disliked:
        return list(drafts)
    return [_judged(draft, liked, disliked, transcript) for draft in drafts]


def _judged(
    draft: Draft, liked: list[Counter[str]], disliked: list[Counter[str]], transcript: Transcript
) -> Draft:
    own = _bag(draft.first, draft.last, transcript)
    feedback = round(0.5 + (_alike(own, liked) - _alike(own, disliked)) / 2, 3)
    score = (1 - FEEDBACK_WEIGHT) * draft.score + FEEDBACK_WEIGHT * feedback
    return replace(draft, score=round(score, 3), parts={**draft.parts, "feedback": feedback})


def _bags(
    moments: Sequence[Moment], status: MomentStatus, transcript: Transcript
) -> list[Counter[str]]:
    """By time, since the words may be of an older version of the transcript."""
    found = []
    for moment in moments:
        if moment.status is status:
            said = (
                word.text
                for word in transcript.words
                if word.start >= moment.start and word.end <= moment.end
            )
            found.append(Counter(content(" ".join(said), transcript.language)))
    return found


def _bag(first: int, last: int, transcript: Transcript) -> Counter[str]:
    said = " ".join(word.text for word in transcript.words[first : last + 1])
    return Counter(content(said, transcript.language))


def _alike(own: Counter[str], others: Sequence[Counter[str]]) -> float:
    """The highest cosine, 0 to 1."""
    return max((_cosine(own, other) for other in others), default=0.0)


def _cosine(one: Counter[str], other: Counter[str]) -> float:
    dot = sum(count * other[stem] for stem, count in one.items())
    size = sqrt(sum(n * n for n in one.values()) * sum(n * n for n in other.values()))
    return min(1.0, dot / size) if size else 0.0
