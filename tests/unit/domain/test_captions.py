"""SubRip and WebVTT text: what is read of it, and what is refused where."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.domain.captions.cue import MAX_CUES, MAX_TEXT, Cue, parse_captions
from functions.domain.errors import InvalidInputError

SUBRIP = "1\n00:00:01,000 --> 00:00:02,500\nOne\nmore\n\n2\n00:01:00,000 --> 01:00:00,250\nTwo\n"
WEBVTT = (
    "WEBVTT - of a talk\nKind: captions\n\nSTYLE\n::cue { color: red }\n\nNOTE of nothing\n\n"
    "intro\n00:01.000 --> 00:02.500 align:start\n<v Ann>One</v>\n<i>more</i>\n\n"
    "01:00.000 --> 01:00:00.250\nTwo\n"
)
READ = (
    Cue(start=1_000, end=2_500, text="One\nmore"),
    Cue(start=60_000, end=3_600_250, text="Two"),
)


def refused(text: str) -> list[str]:
    with pytest.raises(InvalidInputError) as error:
        parse_captions(text)
    assert {field.pointer for field in error.value.fields} == {"/captions"}
    return [field.detail for field in error.value.fields]


@pytest.mark.parametrize(
    "text",
    [SUBRIP, WEBVTT, "\ufeff" + SUBRIP, SUBRIP.replace("\n", "\r\n"), SUBRIP.replace(",", ".")],
)
def test_given_either_kind_of_text_when_read_then_its_cues_are_the_same(text: str):
    assert parse_captions(text) == READ


def test_given_cues_in_any_order_when_read_then_they_are_in_that_of_time():
    blocks = SUBRIP.strip().split("\n\n")

    assert parse_captions("\n\n".join(reversed(blocks))) == READ


def test_given_entities_and_orders_when_read_then_only_the_words_are_left():
    text = "00:01.000 --> 00:02.000\n{\\an8}Fish &amp; <b>chips</b> &lt;3 \x07bell\n"

    (cue,) = parse_captions(text)

    assert cue.text == "Fish & chips <3  bell"


def test_given_an_empty_cue_when_read_then_it_is_passed_over():
    assert parse_captions("00:01.000 --> 00:02.000\n\n" + SUBRIP) == READ


def test_given_wrong_lines_when_read_then_each_is_named():
    text = (
        "1\n00:00:01,000 -> 00:00:02,000\nOne\n\n"
        "2\n00:00:04,000 --> 00:00:03,000\nTwo\n\n"
        "3\n00:00:04,000 --> tomorrow\nThree\n"
    )

    details = refused(text)

    assert [detail.partition(":")[0] for detail in details] == ["Line 1", "Line 6", "Line 10"]


@pytest.mark.parametrize("text", ["", "\n \n", "WEBVTT\n", "NOTE nothing\n", "Hello\n"])
def test_given_no_captions_when_read_then_the_first_line_is_named(text: str):
    (detail,) = refused(text)

    assert detail.startswith("Line 1:")


def test_given_too_much_when_read_then_it_says_how_much_is_allowed():
    cue = "00:01.000 --> 00:02.000\na\n\n"

    for text in (cue * (MAX_CUES + 1), SUBRIP + " " * MAX_TEXT):
        (detail,) = refused(text)
        assert str(MAX_CUES) in detail


def test_given_a_text_without_an_end_when_read_then_it_is_no_caption():
    (detail,) = refused("00:01.000 --> 00:02.000\n" + "line\n" * 7)

    assert detail.startswith("Line 1: at most")


@given(st.text(max_size=300))
def test_given_any_text_when_read_then_it_is_cues_or_refused_by_line(text: str):
    try:
        cues = parse_captions(text)
    except InvalidInputError:
        assert refused(text)
    else:
        assert all(cue.start < cue.end and cue.text for cue in cues)


@given(st.integers(0, 359_998_000), st.integers(1, 999), st.text("aé<&\\{}", min_size=1))
def test_given_any_time_when_written_and_read_then_it_is_the_same(start: int, more: int, text: str):
    def told(at: int) -> str:
        return (
            f"{at // 3_600_000:02d}:{at // 60_000 % 60:02d}:{at // 1000 % 60:02d},{at % 1000:03d}"
        )

    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace("{", "&#123;")
    (cue,) = parse_captions(f"1\n{told(start)} --> {told(start + more)}\n{escaped}\n")

    assert cue == Cue(start=start, end=start + more, text=text)
