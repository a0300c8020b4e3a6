"""Where topics change: held against talks whose topics are known."""

from __future__ import annotations

import itertools
from math import lgamma

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.domain.moments.lines import lines_of
from functions.domain.moments.text import content, stem
from functions.domain.moments.topics import find_topics, topics_of
from functions.domain.transcripts.transcript import Transcript
from tests.media.talks import TRIED_ON, Talk, sentences_of, transcript_of
from tests.unit.domain.moments.said import say

WORDS = st.lists(st.lists(st.sampled_from("abcde"), max_size=4), min_size=1, max_size=7)


def _likelihood(part: list[list[str]], concentration: float, vocabulary: int) -> float:
    """As the paper has it: the Dirichlet compound multinomial of a bag of words."""
    bag = [word for sentence in part for word in sentence]
    each = [bag.count(word) for word in set(bag)]
    value = lgamma(vocabulary * concentration)
    value -= lgamma(len(bag) + vocabulary * concentration)
    return value + sum(lgamma(n + concentration) - lgamma(concentration) for n in each)


@given(WORDS, st.floats(-4, 1), st.sampled_from((0.05, 0.5, 2.0)))
def test_given_few_sentences_when_divided_then_no_other_division_is_more_likely(
    sentences: list[list[str]], odds: float, concentration: float
):
    vocabulary = max(1, len({word for sentence in sentences for word in sentence}))

    def worth(begins: tuple[int, ...]) -> float:
        ends = (*begins[1:], len(sentences))
        parts = (sentences[a:b] for a, b in zip(begins, ends, strict=True))
        return odds * (len(begins) - 1) + sum(
            _likelihood(part, concentration, vocabulary) for part in parts
        )

    inner = range(1, len(sentences))
    every = (
        (0, *chosen)
        for size in range(len(sentences))
        for chosen in itertools.combinations(inner, size)
    )

    found = find_topics(sentences, [odds] * len(sentences), concentration=concentration, longest=99)

    assert found[0] == 0
    assert worth(tuple(found)) == pytest.approx(max(worth(one) for one in every), abs=1e-6)


def _known(talk: Talk) -> list[int]:
    sizes = [len(sentences_of(topic)) for topic in talk]
    return list(itertools.accumulate(sizes[:-1], initial=0))


@pytest.mark.parametrize("talk", TRIED_ON)
def test_given_a_talk_of_five_topics_when_divided_then_most_changes_are_found(talk: Talk):
    found = topics_of(lines_of(transcript_of(talk), 60_000))

    assert len(set(found) & set(_known(talk))) >= 4
    assert len(found) <= 7


def test_given_pauses_when_words_do_not_tell_then_the_longest_one_does():
    sentences = ["We saw one here and it was there." for _ in range(24)]
    said = say(*sentences)
    shifted = tuple(
        _later(word.start, word.end, 4_000 * (word.start >= said.words[96].start), word.text)
        for word in said.words
    )

    found = topics_of(lines_of(_with(said, shifted), 60_000))

    assert found == [0, 12]


def _later(start: int, end: int, by: int, text: str):
    from functions.domain.transcripts.transcript import Word

    return Word(text=text, start=start + by, end=end + by)


def _with(said: Transcript, words: tuple) -> Transcript:
    from dataclasses import replace

    return replace(said, words=words)


def test_given_nothing_said_when_divided_then_there_is_no_topic():
    assert topics_of([]) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [("glues", "glued"), ("stopped", "stop"), ("studies", "study"), ("bees", "bee")],
)
def test_given_two_forms_of_a_word_when_compared_then_they_are_one(one: str, other: str):
    assert stem(one, english=True) == stem(other, english=True)


def test_given_a_sentence_when_its_content_is_taken_then_common_words_are_left_out():
    assert content("The bees don't sting, they're like us!", "en-US") == ["bee", "sting"]
