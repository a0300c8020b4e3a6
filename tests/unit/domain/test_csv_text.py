from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.domain.analytics.csv_text import table
from tests.fakes.clock import EPOCH

FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=["\0"]))


def _read(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def test_given_cells_of_every_sort_when_written_then_none_is_no_zero_and_lines_end_as_they_should():
    text = table(("a", "b", "c", "d", "e"), [(None, 0, 0.05, EPOCH, "x")])

    assert text == "a,b,c,d,e\r\n,0,0.05,2026-03-01T12:00:00.000000Z,x\r\n"


def test_given_texts_with_marks_of_the_format_when_written_then_they_are_quoted():
    text = table(("a", "b", "c", "d"), [('say "hi"', "a,b", "two\nlines", "")])

    assert text == 'a,b,c,d\r\n"say ""hi""","a,b","two\nlines",""\r\n'


@pytest.mark.parametrize("first", FORMULAS, ids=ascii)
@pytest.mark.parametrize("before", ["", "  "])
def test_given_a_text_that_begins_like_a_formula_when_written_then_it_is_a_text(
    first: str, before: str
):
    (_, (cell,)) = _read(table(("a",), [(f"{before}{first}cmd|' /C calc'!A0",)]))

    assert cell.startswith("'")
    assert cell[1:].lstrip(" ").startswith(first)


def test_given_a_negative_number_when_written_then_it_stays_a_number():
    assert table(("a",), [(-5,)]) == "a\r\n-5\r\n"


@given(st.lists(st.lists(TEXTS, min_size=3, max_size=3)))
def test_given_any_texts_when_read_again_then_they_are_the_same_and_no_cell_is_a_formula(
    rows: list[list[str]],
):
    read = _read(table(("a", "b", "c"), rows))

    assert len(read) == len(rows) + 1
    for row, found in zip(rows, read[1:], strict=True):
        for cell, told in zip(row, found, strict=True):
            assert told in {cell, f"'{cell}"}
            assert not told.lstrip(" ").startswith(FORMULAS)


def test_given_a_row_of_another_length_when_written_then_it_is_refused():
    with pytest.raises(ValueError, match="header"):
        table(("a", "b"), [("x",)])
