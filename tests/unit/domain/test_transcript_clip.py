from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from functions.domain.transcripts.clip import clip_of
from functions.domain.transcripts.transcript import Transcript, Word
from tests.builders import make_transcript

SAID = make_transcript("one two. three four. five")


def test_given_a_part_when_clipped_then_its_times_count_from_its_start():
    """Words last half a second, each 600 ms."""
    clip = clip_of(SAID, 600, 1_800)

    assert [(word.text, word.start, word.end) for word in clip.words] == [
        ("two.", 0, 500),
        ("three", 600, 1_100),
    ]
    assert [clip.text_of(one) for one in clip.sentences] == ["two.", "three"]


def test_given_words_across_the_edges_when_clipped_then_they_are_cut_there():
    clip = clip_of(SAID, 250, 700)

    assert [(word.text, word.start, word.end) for word in clip.words] == [
        ("one", 0, 250),
        ("two.", 350, 450),
    ]


def test_given_a_pause_when_clipped_then_nothing_is_said():
    assert clip_of(SAID, 500, 600).words == ()


@given(st.integers(0, 4_000), st.integers(1, 4_000), st.lists(st.integers(0, 3_000)))
def test_given_any_part_when_clipped_then_nothing_lies_outside_and_what_is_inside_stays(
    start: int, length: int, starts: list[int]
):
    words = tuple(Word(text=f"w{at}", start=at, end=at + at % 700) for at in sorted(starts))
    said = Transcript(language="en", words=words, engine="x")

    clip = clip_of(said, start, start + length)

    assert all(0 <= word.start <= word.end <= length for word in clip.words)
    whole = [it for it in words if start <= it.start and it.end <= start + length]
    kept = {(word.text, word.start + start, word.end + start) for word in clip.words}
    assert {(it.text, it.start, it.end) for it in whole if it.start < start + length} <= kept
