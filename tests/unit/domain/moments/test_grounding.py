"""Whatever is proposed, what comes out lies in the transcript."""

from __future__ import annotations

import math
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.domain.moments.embedded import EmbeddedGenerator
from functions.domain.moments.grounding import MAX_OVERLAP, apart, ground
from functions.domain.moments.lines import lines_of, within
from functions.domain.moments.moment import (
    MAX_TAGS,
    QUOTE_LENGTH,
    REASON_LENGTH,
    TAG_LENGTH,
    TITLE_LENGTH,
    Draft,
    Edges,
    MomentOptions,
    Proposal,
    overlap,
)
from functions.domain.transcripts.transcript import Transcript
from tests.unit.domain.moments.said import (
    make_draft,
    options,
    proposals,
    propose,
    say,
    transcripts,
)

TALK = say(
    "Bees are kept in boxes. The boxes stand in a garden behind the house. A queen lays eggs.",
    "Bread needs time. The dough rests overnight in the fridge. Salt and water and flour are all.",
)
SHORT = MomentOptions(minimum=4_000, maximum=9_000)


def _holds(draft: Draft, said: Transcript, wanted: MomentOptions) -> None:
    words = said.words
    assert (words[draft.first].start, words[draft.last].end) == (draft.start, draft.end)
    assert wanted.minimum <= draft.end - draft.start <= wanted.maximum
    opens = {sentence.first for sentence in said.sentences}
    closes = {sentence.last for sentence in said.sentences}
    at_edges = draft.first in opens and draft.last in closes
    assert at_edges == (draft.edges is Edges.SENTENCE)
    assert 0 < len(draft.title) <= TITLE_LENGTH
    assert 0 < len(draft.reason) <= REASON_LENGTH
    for text in (draft.title, draft.reason, *draft.tags):
        assert not any(unicodedata.category(char) == "Cc" for char in text)
    inside = " ".join(word.text for word in words[draft.first : draft.last + 1])
    assert draft.quote.text in inside
    assert draft.quote.text
    assert draft.start <= draft.quote.start < draft.quote.end <= draft.end
    assert len(draft.quote.text) <= max(QUOTE_LENGTH, *(len(word.text) for word in words))
    assert all(math.isfinite(value) and 0 <= value <= 1 for value in draft.parts.values())
    assert 0 <= draft.score <= 1
    assert len(draft.tags) <= MAX_TAGS
    assert len({tag.casefold() for tag in draft.tags}) == len(draft.tags)
    assert all(0 < len(tag) <= TAG_LENGTH for tag in draft.tags)


@given(transcripts(), st.lists(proposals(), max_size=8), options())
@settings(max_examples=300, deadline=None)
def test_given_any_proposals_when_grounded_then_each_draft_holds_and_none_is_a_duplicate(
    said: Transcript, proposed: list[Proposal], wanted: MomentOptions
):
    drafts = ground(proposed, said, wanted)

    for draft in drafts:
        _holds(draft, said, wanted)
    for at, draft in enumerate(drafts):
        assert all(overlap(draft, other) <= MAX_OVERLAP for other in drafts[:at])
    assert [one.score for one in drafts] == sorted((one.score for one in drafts), reverse=True)


@given(transcripts(), options())
@settings(max_examples=150, deadline=None)
def test_given_any_transcript_when_the_embedded_generator_proposes_then_grounding_changes_no_range(
    said: Transcript, wanted: MomentOptions
):
    proposed = EmbeddedGenerator().generate(said, wanted).items

    drafts = ground(proposed, said, wanted)

    for draft in drafts:
        _holds(draft, said, wanted)
    assert sorted((one.first, one.last) for one in drafts) == sorted(
        (one.first, one.last) for one in proposed
    )


@given(transcripts(), st.integers(0, 60_000))
@settings(max_examples=100, deadline=None)
def test_given_words_beyond_the_end_when_left_out_then_sentences_still_cover_the_rest(
    said: Transcript, duration: int
):
    inside = within(said, duration)

    assert all(word.end <= duration for word in inside.words)
    covered = [
        at for sentence in inside.sentences for at in range(sentence.first, sentence.last + 1)
    ]
    assert covered == list(range(len(inside.words)))


@given(transcripts(), st.integers(4_000, 60_000))
@settings(max_examples=100, deadline=None)
def test_given_any_transcript_when_made_into_lines_then_they_cover_it_and_none_is_too_long(
    said: Transcript, longest: int
):
    lines = lines_of(said, longest)

    covered = [at for line in lines for at in range(line.first, line.last + 1)]
    assert covered == list(range(len(said.words)))
    assert all(line.end - line.start <= longest or line.first == line.last for line in lines)


def test_given_words_amid_sentences_when_grounded_then_it_is_the_whole_sentences():
    (draft,) = ground([propose(2, 7)], TALK, SHORT)

    assert TALK.words[draft.first].text == "Bees"
    assert TALK.words[draft.last].text == "house."


def test_given_a_proposal_that_is_too_short_when_grounded_then_it_grows_by_the_nearer_sentence():
    said = say("One two. Three four five six. Seven eight nine ten eleven.", pause=500)

    (draft,) = ground([propose(0, 1)], said, MomentOptions(minimum=2_000, maximum=9_000))

    assert (draft.first, draft.last) == (0, 5)


def test_given_a_proposal_that_is_too_long_when_grounded_then_what_is_quoted_stays():
    (draft,) = ground([propose(0, 30, quote="salt and water and flour")], TALK, SHORT)

    assert draft.quote.text == "Salt and water and flour"
    assert draft.last == len(TALK.words) - 1


def test_given_a_quote_that_was_not_said_when_grounded_then_words_that_were_stand_there():
    (draft,) = ground([propose(0, 12, quote="bees are robots")], TALK, SHORT)

    assert (
        draft.quote.text in "Bees are kept in boxes. The boxes stand in a garden behind the house."
    )


def test_given_a_quote_in_another_case_when_grounded_then_it_is_as_the_transcript_has_it():
    (draft,) = ground([propose(0, 12, quote="BEES ARE KEPT, IN BOXES!")], TALK, SHORT)

    assert draft.quote.text == "Bees are kept in boxes."


@pytest.mark.parametrize(("first", "last"), [(-9, -2), (500, 600)])
def test_given_a_range_outside_the_words_when_grounded_then_there_is_nothing(first: int, last: int):
    assert ground([propose(first, last)], TALK, SHORT) == []


def test_given_a_transcript_without_words_when_grounded_then_there_is_nothing():
    silent = Transcript(language="en", engine="none")

    assert ground([propose(0, 3)], silent, SHORT) == []
    assert EmbeddedGenerator().generate(silent, SHORT).items == ()


def test_given_a_sentence_longer_than_a_moment_may_be_when_grounded_then_it_is_cut_at_a_pause():
    said = spoken_with_a_pause(at=10)

    (draft,) = ground([propose(0, 3)], said, MomentOptions(minimum=2_000, maximum=6_000))

    assert (draft.first, draft.last, draft.edges) == (0, 9, Edges.PAUSE)


def spoken_with_a_pause(at: int) -> Transcript:
    """One sentence of twenty words with one pause in it."""
    from dataclasses import replace

    said = say(" ".join(f"word{number}" for number in range(20)))
    later = tuple(
        replace(word, start=word.start + 800 * (i >= at), end=word.end + 800 * (i >= at))
        for i, word in enumerate(said.words)
    )
    return replace(said, words=later)


def test_given_two_that_cover_the_same_when_grounded_then_the_better_one_stays():
    (draft,) = ground([propose(0, 12, score=0.2), propose(0, 11, score=0.9)], TALK, SHORT)

    assert draft.score == 0.9


def test_given_drafts_side_by_side_when_told_apart_then_both_stay():
    assert len(apart([make_draft(0, 10_000), make_draft(9_500, 20_000)])) == 2
    assert len(apart([make_draft(0, 10_000), make_draft(8_500, 20_000)])) == 1
