"""Talks that were written for the tests (talks.txt): each paragraph is a topic, so that what should
be found is known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from functions.domain.times import Milliseconds
from functions.domain.transcripts.transcript import Sentence, Transcript, Word

Talk = tuple[str, ...]
"""Its topics, in order."""


def _read() -> dict[str, Talk]:
    text = Path(__file__).with_name("talks.txt").read_text(encoding="utf-8")
    talks = (part.strip().split("\n\n") for part in text.split("# ") if part.strip())
    return {name: tuple(topics) for name, *topics in talks}


TALKS: Final = _read()
TRIED_ON: Final = tuple(TALKS[name] for name in ("bees", "startup", "astronomy", "cooking"))
"""Looked at while the finder was made; the others were not."""
KEPT_APART: Final = tuple(TALKS[name] for name in ("city", "running", "music", "security"))


def sentences_of(topic: str) -> list[str]:
    return re.split(r"(?<=[.!?:])\s+", topic)


def spoken(
    topics: Sequence[Sequence[str]],
    *,
    word: Milliseconds = 400,
    pause: Milliseconds = 300,
    language: str = "en",
) -> Transcript:
    """Topics, each of sentences, as if they were said: all pauses are alike, so that none tells
    where a topic ends."""
    words: list[Word] = []
    sentences: list[Sentence] = []
    at = 500
    for sentence in (sentence for topic in topics for sentence in topic):
        first = len(words)
        for text in sentence.split():
            words.append(Word(text=text, start=at, end=at + word - 40))
            at += word
        sentences.append(Sentence(first=first, last=len(words) - 1))
        at += pause
    return Transcript(
        language=language, words=tuple(words), sentences=tuple(sentences), engine="written"
    )


def transcript_of(talk: Talk) -> Transcript:
    return spoken([sentences_of(topic) for topic in talk])
