"""Talks whose topics are known, and how near to them others come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from functions.domain.times import Milliseconds
from functions.domain.transcripts.transcript import Transcript
from tests.bench.heard_talks import HeardTalk
from tests.media.talks import Talk, sentences_of, spoken

NEAR_MS = 4_000


@dataclass(frozen=True)
class Known:
    """A transcript, and the sentences that begin a topic, the first one left out."""

    said: Transcript
    changes: tuple[int, ...]
    times: tuple[Milliseconds, ...] = ()
    """Of the changes, where they are known otherwise."""

    @property
    def begins(self) -> list[Milliseconds]:
        """When each sentence begins."""
        return [self.said.words[sentence.first].start for sentence in self.said.sentences]

    @property
    def count(self) -> int:
        return len(self.said.sentences)


Finder = Callable[[Known], Sequence[int]]


def known(topics: Sequence[Sequence[str]]) -> Known:
    sizes = [len(topic) for topic in topics]
    return Known(spoken(topics), tuple(accumulate(sizes[:-1])))


def whole(talk: Talk) -> Known:
    return known([sentences_of(topic) for topic in talk])


def of_heard(one: HeardTalk) -> Known:
    """The changes lie at the sentences that begin nearest to them."""
    begins = [one.said.words[sentence.first].start for sentence in one.said.sentences]
    places = [
        min(range(len(begins)), key=lambda at: abs(begins[at] - time)) for time in one.changes
    ]
    return Known(one.said, tuple(places), one.changes)


def judged(one: Known, found: Sequence[int]) -> tuple[float, float]:
    """Pk and WindowDiff; the window is half of a mean topic."""
    width = max(2, round(one.count / (len(one.changes) + 1) / 2))
    right, made = _numbers(one.changes, one.count), _numbers(found, one.count)
    pairs = range(one.count - width)
    apart = sum((right[i] == right[i + width]) != (made[i] == made[i + width]) for i in pairs)
    counts = sum(right[i + width] - right[i] != made[i + width] - made[i] for i in pairs)
    return apart / len(pairs), counts / len(pairs)


def _numbers(changes: Sequence[int], count: int) -> list[int]:
    """The topic of each sentence."""
    begins = set(changes)
    return list(accumulate(int(at in begins) for at in range(count)))


def means(talks: Sequence[Known], finder: Finder) -> tuple[float, float]:
    each = [judged(one, finder(one)) for one in talks]
    return sum(pk for pk, _ in each) / len(each), sum(wd for _, wd in each) / len(each)


def near(talks: Sequence[Known], finder: Finder) -> float:
    """The share of all changes that are found within four seconds."""
    hit = total = 0
    for one in talks:
        begins = one.begins
        found = [begins[at] for at in finder(one)]
        for change in one.times or [begins[at] for at in one.changes]:
            hit += any(abs(change - at) <= NEAR_MS for at in found)
            total += 1
    return hit / total
