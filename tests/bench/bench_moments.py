"""Where topics change, against talks whose topics are known, and what finding moments takes.

Boundaries are judged by Pk (Beeferman, Berger & Lafferty 1999) and WindowDiff (Pevzner & Hearst
2002), 0 is perfect, beside fixed windows and random ones that are told how many topics there are;
ours is not told. Pauses are all alike, so that words alone decide. Talks were written for this
(tests/media/talks.txt), and half of them were kept apart while the finder was made; `glued` draws
topics of those at random, and cuts each to a random length. `heard` are the talks that were kept
apart, spoken by espeak-ng and heard by what hears speech on one machine, mistakes and all; there
the changes are known to the millisecond, and windows of half a minute stand beside ours, too. How
good the ranking is, is not measured: there is nothing here to measure it by.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Sequence

from functions.domain.moments.embedded import EmbeddedGenerator
from functions.domain.moments.grounding import ground
from functions.domain.moments.lines import lines_of
from functions.domain.moments.moment import MomentOptions
from functions.domain.moments.topics import topics_of
from tests.bench.heard_talks import hear
from tests.bench.known_topics import Finder, Known, known, means, near, of_heard, whole
from tests.bench.rows import MissedError, Row, compared, measured
from tests.media.talks import KEPT_APART, TRIED_ON, sentences_of

WINDOW_MS = 30_000
GLUED = 30
SENTENCES = 2_000
GOAL = 0.75
"""Of what the others get wrong."""
FOUND = 14 / 18
CPU_S, PEAK_MB = 15.0, 256.0


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


def ours(one: Known) -> Sequence[int]:
    return topics_of(lines_of(one.said, 60_000))[1:]


def fixed(one: Known) -> Sequence[int]:
    parts = len(one.changes) + 1
    return [round(at * one.count / parts) for at in range(1, parts)]


def each_half_minute(one: Known) -> Sequence[int]:
    begins = one.begins
    return [
        at for at in range(1, one.count) if begins[at] // WINDOW_MS > begins[at - 1] // WINDOW_MS
    ]


def at_random(one: Known) -> Sequence[int]:
    draw = random.Random(one.count * 31 + sum(one.changes))
    return sorted(draw.sample(range(1, one.count), len(one.changes)))


def run() -> list[Row]:
    """Raises MissedError where something that is required does not hold."""
    apart, pieces = [whole(talk) for talk in KEPT_APART], [glued(seed) for seed in range(GLUED)]
    heard = [of_heard(one) for one in hear(KEPT_APART)[0]]
    effort, edges = _effort(), _at_edges([*map(whole, (*TRIED_ON, *KEPT_APART)), *heard])
    found = {"apart": near(apart, ours), "heard": near(heard, ours)}
    rows = [
        *_boundaries("apart", apart),
        *_boundaries("glued", pieces),
        *_boundaries("heard", heard, peers=_HEARD, goal=None),
        measured("apart: changes found within 4 s", found["apart"], unit="share"),
        measured("heard: changes found within 4 s", found["heard"], unit="share"),
        *(
            measured(f"heard: changes within 4 s of {name}", near(heard, finder), unit="share")
            for name, finder in (("fixed windows", fixed), ("each half minute", each_half_minute))
        ),
        measured("moments at edges of sentences", edges, unit="share"),
        measured("2,000 sentences: processor time an hour", effort["cpu_s"], unit="s"),
        measured("2,000 sentences: memory at its peak", effort["peak_mb"], unit="MB"),
    ]
    wrong = [text for holds, text in _required(rows, found, edges, effort) if not holds]
    if wrong:
        raise MissedError(rows, wrong)
    return rows


def _required(
    rows: Sequence[Row], found: dict[str, float], edges: float, effort: dict[str, float]
) -> list[tuple[bool, str]]:
    ratios = [
        (row.ratio is None or row.goal is None or row.ratio <= row.goal, f"{row.name}: {row.ratio}")
        for row in rows
    ]
    return [
        *ratios,
        *(
            (share >= FOUND, f"{name}: {share:.2f} of the changes are found, not {FOUND:.2f}")
            for name, share in found.items()
        ),
        (edges == 1.0, "a moment begins or ends amid a sentence"),
        (effort["cpu_s"] <= CPU_S, f"{effort['cpu_s']} s of processor time an hour"),
        (effort["peak_mb"] <= PEAK_MB, f"{effort['peak_mb']} MB"),
    ]


_TOLD = (("fixed windows", fixed), ("random", at_random))
_HEARD = (*_TOLD, ("each half minute", each_half_minute))


def _boundaries(
    name: str,
    talks: Sequence[Known],
    *,
    peers: Sequence[tuple[str, Finder]] = _TOLD,
    goal: float | None = GOAL,
) -> list[Row]:
    """Beside those that are told how many topics there are; of changes, those that are missed."""
    rows = []
    pk, differ = means(talks, ours)
    for peer, finder in peers:
        peer_pk, peer_differ = means(talks, finder)
        rows.append(compared(f"{name}: Pk", pk, peer_pk, peer, unit="", goal=goal))
        rows.append(compared(f"{name}: WindowDiff", differ, peer_differ, peer, unit="", goal=goal))
    return rows


def _at_edges(talks: Sequence[Known]) -> float:
    """Of all moments, the share that begins with the first word of a sentence, and ends with the
    last of one."""
    options = MomentOptions(count=10, minimum=8_000, maximum=45_000)
    edges = []
    for said in (one.said for one in talks):
        firsts = {said.words[one.first].start for one in said.sentences}
        lasts = {said.words[one.last].end for one in said.sentences}
        for draft in ground(EmbeddedGenerator().generate(said, options).items, said, options):
            edges.append(draft.start in firsts and draft.end in lasts)
    return sum(edges) / len(edges)


def _effort() -> dict[str, float]:
    """In a process of its own, so that its memory is its own."""
    words = [sys.executable, "-m", "tests.bench.moments_effort", str(SENTENCES)]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    told: dict[str, float] = json.loads(done.stdout)
    return {"cpu_s": told["cpu_s"] / told["hours"], "peak_mb": told["peak_mb"]}
