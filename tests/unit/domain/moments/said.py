"""Transcripts that a test can read, and those that nobody would think of."""

from __future__ import annotations

from hypothesis import strategies as st

from functions.domain.moments.moment import Draft, Edges, MomentOptions, Proposal, Quote
from functions.domain.transcripts.transcript import Sentence, Transcript, Word
from tests.media.talks import sentences_of, spoken

MAX_WORD = 4_000


def say(*topics: str, pause: int = 300, language: str = "en") -> Transcript:
    """Topics of sentences; a word takes 0.36 s of 0.4."""
    return spoken([sentences_of(topic) for topic in topics], pause=pause, language=language)


def propose(first: int, last: int, **overrides: object) -> Proposal:
    defaults: dict[str, object] = {"score": 0.5, "parts": {"content": 0.5}, "title": "A title"}
    return Proposal(first=first, last=last, **{**defaults, **overrides})


def make_draft(start: int, end: int, **overrides: object) -> Draft:
    defaults: dict[str, object] = {
        "first": 0,
        "last": 0,
        "edges": Edges.SENTENCE,
        "title": "A title",
        "reason": "Because.",
        "quote": Quote(text="so", start=start, end=end),
        "score": 0.5,
        "parts": {"content": 0.5},
        "tags": (),
        "source": "embedded",
    }
    return Draft(start=start, end=end, **{**defaults, **overrides})


texts = st.text(
    alphabet=st.characters(exclude_categories=("Cs", "Zs", "Zl", "Zp", "Cc")),
    min_size=1,
    max_size=9,
)


@st.composite
def transcripts(draw: st.DrawFn) -> Transcript:
    """Words in order of time, which may touch, be long, or lie far apart."""
    lengths = draw(st.lists(st.integers(1, 9), max_size=12))
    words: list[Word] = []
    sentences: list[Sentence] = []
    at = draw(st.integers(0, 20_000))
    for length in lengths:
        first = len(words)
        for _ in range(length):
            took = draw(st.integers(1, MAX_WORD))
            words.append(Word(text=draw(texts), start=at, end=at + took))
            at += took + draw(st.sampled_from((0, 0, 40, 700, 9_000)))
        sentences.append(Sentence(first=first, last=len(words) - 1))
    return Transcript(
        language=draw(st.sampled_from(("en", "en-GB", "de", "ja"))),
        words=tuple(words),
        sentences=tuple(sentences),
        engine="drawn",
    )


@st.composite
def options(draw: st.DrawFn) -> MomentOptions:
    minimum = draw(st.integers(1_000, 30_000))
    return MomentOptions(
        count=draw(st.integers(1, 20)),
        minimum=minimum,
        maximum=draw(st.integers(minimum, 90_000)),
        topic=draw(st.none() | texts),
    )


numbers = st.floats() | st.sampled_from((float("nan"), float("inf"), -1.0, 8.0))


@st.composite
def proposals(draw: st.DrawFn) -> Proposal:
    """As a model might say it: beyond the words, the wrong way round, of no sense at all."""
    return Proposal(
        first=draw(st.integers(-20, 130)),
        last=draw(st.integers(-20, 130)),
        score=draw(numbers),
        parts=draw(st.dictionaries(st.text(max_size=60), numbers, max_size=3)),
        title=draw(st.text(max_size=200)),
        reason=draw(st.text(max_size=900)),
        quote=draw(st.text(max_size=40)),
        tags=tuple(draw(st.lists(st.text(max_size=80), max_size=9))),
        source="drawn",
    )
