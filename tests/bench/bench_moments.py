"""Where topics change, against talks whose topics are known, and what finding moments takes.

Boundaries are judged by Pk (Beeferman, Berger & Lafferty 1999) and WindowDiff (Pevzner & Hearst
2002), 0 is perfect, beside fixed windows and random ones that are told how many topics there are;
ours is not told. Pauses are all alike, so that words alone decide. Talks were written for this
(tests/media/talks.txt), and half of them were kept apart while the finder was made; `glued` draws
topics of those at random, and cuts each to a random length. How good the ranking is, is not
measured: there is nothing here to measure it by.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from functions.domain.moment import Edges, MomentOptions
from functions.domain.moments.embedded import EmbeddedGenerator
from functions.domain.moments.grounding import ground
from functions.domain.moments.lines import lines_of
from functions.domain.moments.topics import topics_of
from functions.domain.transcript import Transcript
from tests.bench.rows import MissedError, Row, compared, measured
from tests.media.talks import KEPT_APART, TRIED_ON, Talk, sentences_of, spoken

NEAR_MS = 4_000
GLUED = 30
SENTENCES = 2_000
GOAL = 0.75
"""Of what the others get wrong."""
FOUND = 14 / 18
CPU_S, PEAK_MB = 15.0, 256.0


@dataclass(frozen=True)
class Known:
    """A transcript, and the sentences that begin a topic, the first one left out."""

    said: Transcript
    changes: tuple[int, ...]

    @property
    def count(self) -> int:
        return len(self.said.sentences)


def known(topics: Sequence[Sequence[str]]) -> Known:
    sizes = [len(topic) for topic in topics]
    return Known(spoken(topics), tuple(accumulate(sizes[:-1])))


def whole(talk: Talk) -> Known:
    return known([sentences_of(topic) for topic in talk])


def glued(seed: int) -> Known:
    """Six topics of talks that were kept apart, each a part of three sentences or more."""
    draw = random.Random(seed)
    pool = [sentences_of(topic) for talk in KEPT_APART for topic in talk]
    topics = []
    for topic in draw.sample(pool, 6):
        length = draw.randint(3, len(topic))
        first = draw.randint(0, len(topic) - length)
        topics.append(topic[first : first + length])
    return known(topics)


Finder = Callable[[Known], Sequence[int]]


def ours(one: Known) -> Sequence[int]:
    return topics_of(lines_of(one.said, 60_000))[1:]


def fixed(one: Known) -> Sequence[int]:
    parts = len(one.changes) + 1
    return [round(at * one.count / parts) for at in range(1, parts)]


def at_random(one: Known) -> Sequence[int]:
    draw = random.Random(one.count * 31 + sum(one.changes))
    return sorted(draw.sample(range(1, one.count), len(one.changes)))


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
        begins = [one.said.words[sentence.first].start for sentence in one.said.sentences]
        found = [begins[at] for at in finder(one)]
        for change in one.changes:
            hit += any(abs(begins[change] - at) <= NEAR_MS for at in found)
            total += 1
    return hit / total


def run() -> list[Row]:
    """Raises MissedError where something that is required does not hold."""
    apart, pieces = [whole(talk) for talk in KEPT_APART], [glued(seed) for seed in range(GLUED)]
    effort = _effort()
    rows = [
        *_boundaries("apart", apart),
        *_boundaries("glued", pieces),
        measured("apart: changes found within 4 s", near(apart, ours), unit="share"),
        measured("moments at edges of sentences", _at_edges(), unit="share"),
        measured("2,000 sentences: processor time an hour", effort["cpu_s"], unit="s"),
        measured("2,000 sentences: memory at its peak", effort["peak_mb"], unit="MB"),
    ]
    wrong = [text for holds, text in _required(rows, near(apart, ours), effort) if not holds]
    if wrong:
        raise MissedError(rows, wrong)
    return rows


def _required(
    rows: Sequence[Row], found: float, effort: dict[str, float]
) -> list[tuple[bool, str]]:
    ratios = [
        (row.ratio is None or row.goal is None or row.ratio <= row.goal, f"{row.name}: {row.ratio}")
        for row in rows
    ]
    return [
        *ratios,
        (found >= FOUND, f"{found:.2f} of the changes are found, not {FOUND:.2f}"),
        (_at_edges() == 1.0, "a moment begins or ends amid a sentence"),
        (effort["cpu_s"] <= CPU_S, f"{effort['cpu_s']} s of processor time an hour"),
        (effort["peak_mb"] <= PEAK_MB, f"{effort['peak_mb']} MB"),
    ]


def _boundaries(name: str, talks: Sequence[Known]) -> list[Row]:
    """Beside fixed windows and random ones; of changes, those that are missed."""
    rows = []
    pk, differ = means(talks, ours)
    for peer, finder in (("fixed windows", fixed), ("random", at_random)):
        peer_pk, peer_differ = means(talks, finder)
        rows.append(compared(f"{name}: Pk", pk, peer_pk, peer, unit="", goal=GOAL))
        rows.append(compared(f"{name}: WindowDiff", differ, peer_differ, peer, unit="", goal=GOAL))
    return rows


def _at_edges() -> float:
    """Of the moments of all talks, the share that begins and ends at the edges of sentences."""
    options = MomentOptions(count=10, minimum=8_000, maximum=45_000)
    edges = [
        draft.edges
        for talk in (*TRIED_ON, *KEPT_APART)
        for draft in ground(
            EmbeddedGenerator().generate(whole(talk).said, options).items, whole(talk).said, options
        )
    ]
    return edges.count(Edges.SENTENCE) / len(edges)


def _effort() -> dict[str, float]:
    """In a process of its own, so that its memory is its own."""
    words = [sys.executable, "-m", "tests.bench.moments_effort", str(SENTENCES)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    told: dict[str, float] = json.loads(done.stdout)
    return {"cpu_s": told["cpu_s"] / told["hours"], "peak_mb": told["peak_mb"]}
