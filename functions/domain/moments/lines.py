"""A transcript as what moments are made of: its sentences, or pieces of long ones."""

from __future__ import annotations

from dataclasses import dataclass, replace

from functions.domain.moments.text import content
from functions.domain.times import Milliseconds
from functions.domain.transcripts.transcript import Sentence, Transcript, Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Words `first` to `last`; `opens` and `closes` say whether a sentence begins and ends there.

    `stems` are those of its content words; `pause` is the silence before it, None at the start.
    """

    first: int
    last: int
    start: Milliseconds
    end: Milliseconds
    text: str
    stems: tuple[str, ...]
    opens: bool = True
    closes: bool = True
    pause: Milliseconds | None = None


def within(transcript: Transcript, duration: Milliseconds) -> Transcript:
    """The transcript without the words that do not lie in the video, or take no time to say."""
    words = transcript.words
    good = [0 <= word.start < word.end <= duration for word in words]
    if all(good):
        return transcript
    place, kept = [0], 0
    for one in good:
        kept += one
        place.append(kept)
    sentences = (
        Sentence(first=place[one.first], last=place[one.last + 1] - 1)
        for one in transcript.sentences
    )
    return replace(
        transcript,
        words=tuple(word for word, one in zip(words, good, strict=True) if one),
        sentences=tuple(one for one in sentences if one.last >= one.first),
    )


def lines_of(transcript: Transcript, longest: Milliseconds) -> list[Line]:
    """In the order of time, each as long as `longest` at the most, as far as its words let it."""
    lines: list[Line] = []
    for sentence in transcript.sentences:
        pieces = _pieces(transcript.words, sentence.first, sentence.last, longest)
        for at, (first, last) in enumerate(pieces):
            before = transcript.words[first - 1].end if first else None
            opens, closes = at == 0, at == len(pieces) - 1
            lines.append(_line(transcript, (first, last), before, opens=opens, closes=closes))
    return lines


def _line(
    transcript: Transcript,
    words: tuple[int, int],
    before: Milliseconds | None,
    *,
    opens: bool,
    closes: bool,
) -> Line:
    first, last = words
    said = transcript.words[first : last + 1]
    text = " ".join(word.text for word in said)
    return Line(
        first=first,
        last=last,
        start=said[0].start,
        end=said[-1].end,
        text=text,
        stems=tuple(content(text, transcript.language)),
        opens=opens,
        closes=closes,
        pause=None if before is None else max(0, said[0].start - before),
    )


def _pieces(
    words: tuple[Word, ...], first: int, last: int, longest: Milliseconds
) -> list[tuple[int, int]]:
    """Parted at the longest pause of the middle half, the middle one of several, again and again.

    Were an end allowed, words would be taken off one by one, each after a look at all the rest.
    """
    ready: list[tuple[int, int]] = []
    waiting = [(first, last)]
    while waiting:
        one, other = waiting.pop()
        if one == other or words[other].end - words[one].start <= longest:
            ready.append((one, other))
            continue
        middle, aside = (words[one].start + words[other].end) / 2, (other - one) // 4
        at = max(
            range(one + 1 + aside, other + 1 - aside),
            key=lambda i: (words[i].start - words[i - 1].end, -abs(words[i].start - middle)),
        )
        waiting += [(at, other), (one, at - 1)]
    return ready
