"""What was said in a video: words with their times, and the sentences they form."""

from __future__ import annotations

from dataclasses import dataclass

from functions.domain.times import Milliseconds
from functions.domain.transcripts.languages import joined


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word as written, with its punctuation. Times count from the video's start.

    `confidence` is 0 to 1 and `speaker` a label; None is not known, as after a correction.
    """

    text: str
    start: Milliseconds
    end: Milliseconds
    confidence: float | None = None
    speaker: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """Words `first` to `last` (indexes, both included), all of one speaker where known."""

    first: int
    last: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """Words in order of time; sentences cover them without gaps. No speech is no words.

    `version` counts from 1: a correction is a new version. `engine` made the first one.
    """

    language: str
    words: tuple[Word, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    engine: str
    version: int = 1

    def words_of(self, sentence: Sentence) -> tuple[Word, ...]:
        return self.words[sentence.first : sentence.last + 1]

    def text_of(self, sentence: Sentence) -> str:
        return joined((word.text for word in self.words_of(sentence)), self.language)
