"""Words of a transcript as they stand in it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from functions.domain.moments.moment import QUOTE_LENGTH, Edges, Quote
from functions.domain.moments.text import words_in
from functions.domain.times import Milliseconds
from functions.domain.transcripts.transcript import Transcript

Span = tuple[int, int]
"""First and last word (indexes), both included."""


def find_words(transcript: Transcript, text: str, span: Span) -> Span | None:
    """Where these words stand one after the other, whatever their case and punctuation."""
    sought = words_in(text)
    if not sought:
        return None
    spoken = [
        (part, at)
        for at in range(span[0], span[1] + 1)
        for part in words_in(transcript.words[at].text)
    ]
    for place in range(len(spoken) - len(sought) + 1):
        if all(spoken[place + i][0] == word for i, word in enumerate(sought)):
            return spoken[place][1], spoken[place + len(sought) - 1][1]
    return None


def quote_of_words(transcript: Transcript, span: Span) -> Quote:
    """As many of them as a quote may have, from the first."""
    words = transcript.words[span[0] : span[1] + 1]
    length, kept = -1, 0
    for word in words:
        length += 1 + len(word.text)
        if kept and length > QUOTE_LENGTH:
            break
        kept += 1
    text = " ".join(word.text for word in words[:kept])
    return Quote(text=text, start=words[0].start, end=words[kept - 1].end)


def quote_in(transcript: Transcript, text: str, span: Span) -> Quote:
    """The text if it was said there, else what was said there first."""
    return quote_of_words(transcript, find_words(transcript, text, span) or span)


def words_between(transcript: Transcript, start: Milliseconds, end: Milliseconds) -> Span | None:
    """The words that lie wholly in there."""
    words = transcript.words
    first = bisect_left(words, start, key=lambda word: word.start)
    last = bisect_right(words, end, key=lambda word: word.end) - 1
    return (first, last) if first <= last else None


def edges_of(transcript: Transcript, span: Span) -> Edges:
    """Whether it begins and ends with sentences."""
    opens = {sentence.first for sentence in transcript.sentences}
    closes = {sentence.last for sentence in transcript.sentences}
    return Edges.SENTENCE if span[0] in opens and span[1] in closes else Edges.PAUSE
