"""What can be told of a moment in words, and what comes of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.domain.errors import ConflictError, InvalidInputError
from functions.domain.moments.instructions import Move, moved, understand
from functions.domain.moments.lines import lines_of
from tests.unit.domain.moments.said import say

SENTENCE = "one two three four five."
# Five words each: 2 s, and 0.3 s between.
SAID = say(" ".join([SENTENCE.capitalize()] * 10))
LINES = lines_of(SAID, 600_000)


def _sentences(instruction: str, first: int = 3, last: int = 5) -> tuple[int, int]:
    """First and last sentence, of 0 to 9."""
    now = LINES[first].start, LINES[last].end
    words = moved(SAID, LINES, now, understand(instruction))
    return words[0] // 5, words[1] // 5


@pytest.mark.parametrize(
    ("instruction", "expected"),
    [
        ("shorter", (3, 4)),
        ("longer", (3, 6)),
        ("Make it a bit shorter.", (3, 4)),
        ("two sentences longer", (3, 7)),
        ("longer by 3 sentences", (3, 8)),
        ("2 seconds shorter", (3, 4)),
        ("start one sentence earlier", (2, 5)),
        ("begin earlier", (2, 5)),
        ("start later", (4, 5)),
        ("start 4.6 seconds earlier", (1, 5)),
        ("end 2 s later", (3, 6)),
        ("ends sooner", (3, 4)),
        ("stop two sentences before", (3, 3)),
        ("start earlier and end two sentences later", (2, 7)),
        ("please start earlier, end earlier", (2, 4)),
        ("start 0.2 minutes earlier", (0, 5)),
        ("start a sentence earlier; longer", (2, 6)),
    ],
)
def test_given_words_that_are_known_when_followed_then_ends_go_where_they_say(
    instruction: str, expected: tuple[int, int]
):
    assert _sentences(instruction) == expected


@pytest.mark.parametrize(
    "instruction",
    ["make it funnier", "longer please and sing", "start", "5", "0 seconds shorter", "and", "…"],
)
def test_given_words_that_are_not_known_when_read_then_it_says_what_is(instruction: str):
    with pytest.raises(InvalidInputError) as refused:
        understand(instruction)

    assert refused.value.code == "refine.not_understood"
    assert refused.value.fields[0].pointer == "/instruction"
    assert "10 seconds shorter" in refused.value.detail


@pytest.mark.parametrize(
    ("instruction", "first", "last"),
    [("start earlier", 0, 5), ("end later", 3, 9), ("shorter", 3, 3), ("start later", 3, 3)],
)
def test_given_no_room_that_way_when_followed_then_it_is_told(
    instruction: str, first: int, last: int
):
    with pytest.raises(ConflictError) as refused:
        _sentences(instruction, first, last)

    assert refused.value.code == "moment.cannot_move"


def test_given_a_pause_inside_of_a_sentence_when_seconds_are_asked_for_then_it_may_go_there():
    from dataclasses import replace

    words = tuple(
        replace(word, start=word.start + 400 * (at >= 32), end=word.end + 400 * (at >= 32))
        for at, word in enumerate(SAID.words)
    )
    said = replace(SAID, words=words)
    lines = lines_of(said, 600_000)

    found = moved(said, lines, (lines[3].start, lines[5].end), understand("end 0.8 s later"))

    assert found == (15, 31)


@given(st.text(max_size=60))
def test_given_any_words_when_read_then_they_are_understood_or_refused(instruction: str):
    try:
        moves = understand(instruction)
    except InvalidInputError:
        return
    assert all(isinstance(move, Move) and move.by for move in moves)


@given(
    st.integers(0, 9),
    st.integers(0, 9),
    st.sampled_from(("start", "end")),
    st.integers(1, 30),
    st.sampled_from(("seconds", "sentences")),
    st.sampled_from(("earlier", "later")),
)
def test_given_any_move_when_followed_then_that_end_moves_that_way_and_the_other_stays(
    one: int, other: int, end: str, amount: int, unit: str, way: str
):
    first, last = sorted((one, other))
    try:
        found = _sentences(f"{end} {amount} {unit} {way}", first, last)
    except ConflictError:
        return

    moving, staying = (0, 1) if end == "start" else (1, 0)
    assert found[staying] == (first, last)[staying]
    change = found[moving] - (first, last)[moving]
    assert change > 0 if way == "later" else change < 0
    assert found[0] <= found[1]
