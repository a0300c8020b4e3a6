"""A part of a transcript on a clock of its own."""

from __future__ import annotations

from dataclasses import replace

from functions.domain.times import Milliseconds
from functions.domain.transcripts.sentences import sentences_of
from functions.domain.transcripts.transcript import Transcript, Word


def clip_of(said: Transcript, start: Milliseconds, end: Milliseconds) -> Transcript:
    """What is said from `start` to before `end`; times count from `start`, and a word that lies
    across an edge is there with its part inside."""
    words = tuple(
        replace(word, start=max(word.start, start) - start, end=min(word.end, end) - start)
        for word in said.words
        if _inside(word, start, end)
    )
    return replace(said, words=words, sentences=sentences_of(words))


def _inside(word: Word, start: Milliseconds, end: Milliseconds) -> bool:
    """A word without length lies where it starts."""
    return start <= word.start < end or word.start < start < word.end
