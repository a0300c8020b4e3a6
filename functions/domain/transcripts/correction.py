"""What a user makes of a transcript: other words, or other names for those who speak."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from functions.domain.captions.lines import shown
from functions.domain.errors import FieldError, InvalidInputError
from functions.domain.times import Milliseconds, seconds
from functions.domain.transcripts.sentences import sentences_of
from functions.domain.transcripts.transcript import Transcript, Word

MAX_WORDS: Final = 150_000
"""More than anybody says in twelve hours."""
MAX_TEXT: Final = 100
MAX_NAME: Final = 100
MAX_SPEAKERS: Final = 100


def with_words(said: Transcript, words: Sequence[Word], duration: Milliseconds) -> Transcript:
    """All words anew, in order of time, inside the video; sentences follow from them.

    Raises InvalidInputError naming every place that is wrong.
    """
    wrong = tuple(_wrong_words(words, duration))
    if wrong:
        raise InvalidInputError("request.invalid", "These cannot be its words.", fields=wrong)
    kept = tuple(words)
    return replace(said, words=kept, sentences=sentences_of(kept))


def _wrong_words(words: Sequence[Word], duration: Milliseconds) -> Iterator[FieldError]:
    names: dict[str, int] = {}
    before = 0
    for at, word in enumerate(words):
        place = f"/words/{at}"
        if not shown(word.text):
            yield FieldError(f"{place}/text", "blank", "A word has a letter that is seen.")
        if word.end < word.start:
            yield FieldError(f"{place}/end", "before_start", "A word ends after its start.")
        if word.start < before:
            yield FieldError(
                f"{place}/start", "out_of_order", "Words are in order of their starts."
            )
        if word.end > duration:
            says = f"The video lasts {seconds(duration)} s; a word ends before that."
            yield FieldError(f"{place}/end", "beyond_end", says)
        if word.speaker and names.setdefault(word.speaker, len(names)) >= MAX_SPEAKERS:
            says = f"At most {MAX_SPEAKERS} speakers."
            yield FieldError(f"{place}/speaker", "too_many", says)
        before = max(before, word.start)


def with_speakers(said: Transcript, names: Mapping[str, str]) -> Transcript:
    """Other names for those who speak; two of one name become one, and sentences follow.

    Raises InvalidInputError naming those that do not speak.
    """
    known = {word.speaker for word in said.words if word.speaker}
    wrong = tuple(
        FieldError(f"/speakers/{_escaped(name)}", "unknown_speaker", "Nobody there is called so.")
        for name in names
        if name not in known
    )
    if wrong:
        raise InvalidInputError("request.invalid", "Some of these do not speak.", fields=wrong)
    words = tuple(
        replace(word, speaker=names.get(word.speaker, word.speaker) if word.speaker else None)
        for word in said.words
    )
    return replace(said, words=words, sentences=sentences_of(words))


def _escaped(name: str) -> str:
    """As a JSON pointer has it (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")
