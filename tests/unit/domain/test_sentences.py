from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.domain.transcripts.sentences import LONGEST, PAUSE, sentences_of
from functions.domain.transcripts.transcript import Word
from tests.builders import make_words


def _texts(words: tuple[Word, ...]) -> list[str]:
    return [
        " ".join(word.text for word in words[one.first : one.last + 1])
        for one in sentences_of(words)
    ]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("One. Two? Three! Four", 4),
        ("Dr. Smith met Mr. J. Brown at 5 p.m. on Monday. Then he left.", 2),
        ("We met at 5 p.m. Then he left.", 2),
        ("No. 5 is alive. No. He is not.", 3),
        ("It costs 3.50 dollars, e.g. today.", 1),
        ('He said "Stop!" She did.', 2),
        ("Wait... what? Yes…", 3),
        ("¿Qué tal? ¡Bien!", 2),
        ("今日は。 明日は。", 2),
        ("no marks at all", 1),
    ],
)
def test_given_a_text_when_divided_then_its_sentences_are_found(text: str, count: int):
    assert len(sentences_of(make_words(text))) == count


def test_given_a_long_silence_when_divided_then_a_sentence_ends_there():
    words = (
        Word(text="well", start=0, end=400),
        Word(text="then", start=400 + PAUSE, end=3_000),
        Word(text="yes", start=3_100, end=3_300),
    )

    assert _texts(words) == ["well", "then yes"]


def test_given_another_speaker_when_divided_then_a_sentence_begins():
    first, second = make_words("so what"), make_words("so what", speaker="spk_1")

    assert _texts((first[0], second[1])) == ["so", "what"]


def test_given_no_full_stops_when_divided_then_at_the_longest_pauses():
    words = tuple(
        Word(text="w", start=at * 500 + (900 if at >= 45 else 0), end=at * 500 + 400)
        for at in range(45)
    ) + tuple(Word(text="w", start=at * 500 + 900, end=at * 500 + 1_300) for at in range(45, 90))

    assert [one.last - one.first + 1 for one in sentences_of(words)] == [45, 45]


WORDS = st.lists(
    st.builds(
        Word,
        text=st.sampled_from(["a", "b.", "Mr.", "c?", "x.y", "“d.”", "."]),
        start=st.integers(0, 100_000),
        end=st.integers(0, 100_000),
        speaker=st.sampled_from([None, "spk_0", "spk_1"]),
    ),
    max_size=200,
).map(lambda words: tuple(sorted(words, key=lambda word: word.start)))


@given(WORDS)
def test_given_any_words_when_divided_then_sentences_cover_them_once_in_order(
    words: tuple[Word, ...],
):
    found = sentences_of(words)

    covered = [at for one in found for at in range(one.first, one.last + 1)]
    assert covered == list(range(len(words)))
    assert all(one.last - one.first < LONGEST for one in found)
    assert all(len({word.speaker for word in words[it.first : it.last + 1]}) == 1 for it in found)
