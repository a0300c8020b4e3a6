"""Words to sentences: by punctuation, by pauses, by who speaks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from functions.domain.times import Milliseconds
from functions.domain.transcripts.transcript import Sentence, Word

PAUSE: Final[Milliseconds] = 2_000
"""A silence as long ends a sentence, whatever it is written with."""
LONGEST: Final = 60
"""Words; where nobody writes full stops, a sentence ends at its longest pause."""
_END: Final = re.compile(r"[.!?…。！？।؟۔]+[\"'”’»)\]]*")
_ENDED: Final = re.compile(rf".*?{_END.pattern}", re.DOTALL)
# A full stop after these ends no sentence.
_ABBREVIATED: Final = re.compile(
    r"(?:mr|mrs|ms|dr|prof|st|jr|sr|vs|no|fig|e\.g|i\.e|cf|approx|dept|gen|rep|sen|gov|capt|sgt"
    r"|col|lt|[a-z]|(?:[a-z]\.)+[a-z])\.",
    re.IGNORECASE,
)


def sentences_of(words: Sequence[Word]) -> tuple[Sentence, ...]:
    """Sentences that cover all words, in order."""
    first, found = 0, list[Sentence]()
    for at, (word, after) in enumerate(pairwise(words)):
        if _ends(word, after):
            found += _parts(words, first, at)
            first = at + 1
    if words:
        found += _parts(words, first, len(words) - 1)
    return tuple(found)


def _ends(word: Word, after: Word) -> bool:
    if word.speaker != after.speaker or after.start - word.end >= PAUSE:
        return True
    if not _ENDED.fullmatch(word.text):
        return False
    abbreviated = _ABBREVIATED.fullmatch(word.text.lstrip("\"'“‘([")) is not None
    # A small letter goes on: "at 5 p.m. on Monday"; no script without capitals has such words.
    return not (abbreviated and _goes_on(word.text, after.text))


def _goes_on(text: str, after: str) -> bool:
    title = text.lower().rstrip(".") in {"mr", "mrs", "ms", "dr", "prof", "st", "gen", "sen", "rep"}
    single = len(text) == 2
    return title or single or after[:1].islower() or after[:1].isdecimal()


def _parts(words: Sequence[Word], first: int, last: int) -> list[Sentence]:
    """One sentence, or several where it is very long: each ends at the longest pause of those
    that leave it neither very short nor too long."""
    parts: list[Sentence] = []
    while last - first >= LONGEST:
        places = range(first + LONGEST // 4, min(first + LONGEST, last - LONGEST // 4))
        split = max(places, key=lambda at: (words[at + 1].start - words[at].end, at))
        parts.append(Sentence(first=first, last=split))
        first = split + 1
    return [*parts, Sentence(first=first, last=last)]
