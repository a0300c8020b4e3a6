"""What the embedded transcriber hears rightly, and how fast.

Eight talks (tests/media/talks.txt, 2,761 words), spoken by espeak-ng, are heard by the simulator of
Amazon Transcribe's own listener. Word errors are words put in, left out or changed, to the words
that were said; both texts are first brought to the form of Whisper's authors
(tests/media/normalised.py), and once only to small letters without marks, where "fifty thousand"
that is written as 50,000 counts as errors. No person's speech is measured: there is none here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.heard_talks import hear
from tests.bench.rows import MissedError, Row, measured
from tests.media.speech import normal, usual, word_errors
from tests.media.talks import TALKS

GOAL = 0.10
"""Of the words."""


def run() -> list[Row]:
    """Raises MissedError where more than the goal is misheard, or sound takes longer than it
    lasts."""
    talks, effort = hear(list(TALKS.values()))
    pairs = [(one.text, " ".join(word.text for word in one.said.words)) for one in talks]
    texts = usual([text for pair in pairs for text in pair])
    as_usual = _rates(list(zip(texts[::2], texts[1::2], strict=True)))
    plain = _rates([(normal(said), normal(heard)) for said, heard in pairs])
    speed = effort.sound / effort.wall
    rows = [
        measured("word errors", as_usual.all, unit="share"),
        measured("word errors, worst of eight talks", as_usual.worst, unit="share"),
        measured("word errors, figures and spellings as written", plain.all, unit="share"),
        measured("sound heard in a second", speed, unit="s"),
        measured("sound heard in a second of a core", effort.sound / effort.processor, unit="s"),
    ]
    wrong = []
    if as_usual.all > GOAL:
        wrong.append(f"{as_usual.all:.3f} of the words are misheard, not {GOAL}")
    if speed < 1:
        wrong.append(f"a second of sound takes {1 / speed:.1f} s")
    if wrong:
        raise MissedError(rows, wrong)
    return rows


@dataclass(frozen=True)
class Rates:
    all: float
    worst: float


def _rates(pairs: Sequence[tuple[list[str], list[str]]]) -> Rates:
    errors = [word_errors(said, heard) for said, heard in pairs]
    words = [len(said) for said, _ in pairs]
    return Rates(
        all=sum(errors) / sum(words),
        worst=max(wrong / count for wrong, count in zip(errors, words, strict=True)),
    )
