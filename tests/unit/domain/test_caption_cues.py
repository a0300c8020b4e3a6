"""The rules of captions, for any words: also for those that no person says."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.domain.captions.cue import parse_captions
from functions.domain.captions.files import WORD_JOINER, srt, vtt
from functions.domain.captions.lines import LINE, LINES, shown
from functions.domain.captions.making import LONGEST, SHORTEST, Caption, captions_of
from functions.domain.transcripts.transcript import Word
from tests.builders import make_words

LETTERS = st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zs", "Zl", "Zp", "Cn", "Co"))
ANY_TEXT = st.text(LETTERS, min_size=1, max_size=60)
NASTY = st.sampled_from(
    ["<b>", "</b>", "&amp;", "&", "<", ">", "-->", "{\\an8}", "1", "NOTE", "WEBVTT", "a<b", "<v",
     "00:00:01,000", "x-->y", "&lt;", "<00:00:01.000>", "<c.red>", "--", "STYLE", "{", "<!--"]
)  # fmt: skip
TEXTS = st.one_of(st.sampled_from(["So", "yes.", "and,", "then"]), ANY_TEXT, NASTY)


@st.composite
def said(draw: st.DrawFn, texts: st.SearchStrategy[str] = TEXTS) -> tuple[Word, ...]:
    """Words in order; they may overlap, last nothing or very long."""
    words, at = [], 0
    for text in draw(st.lists(texts, max_size=40)):
        at += draw(st.integers(0, 4_000))
        length = draw(st.integers(0, 12_000))
        speaker = draw(st.sampled_from([None, "spk_0", "spk_1"]))
        words.append(Word(text=text, start=at, end=at + length, speaker=speaker))
    return tuple(words)


LANGUAGES = st.sampled_from(["en-US", "ja-JP"])


def _until(words: tuple[Word, ...], more: int) -> int:
    return max((word.end for word in words), default=0) + more


@given(said(), LANGUAGES, st.integers(0, 5_000))
def test_given_any_words_when_captioned_then_lines_are_few_and_short(
    words: tuple[Word, ...], language: str, more: int
):
    for caption in captions_of(words, language, _until(words, more)):
        assert 1 <= len(caption.lines) <= LINES
        assert all(0 < len(line) <= LINE for line in caption.lines)


@given(said(), LANGUAGES, st.integers(0, 5_000))
def test_given_any_words_when_captioned_then_one_is_shown_after_the_other(
    words: tuple[Word, ...], language: str, more: int
):
    until = _until(words, more)
    captions = captions_of(words, language, until)

    assert all(before.end <= after.start for before, after in pairwise(captions))
    assert all(0 <= caption.start <= caption.end <= until for caption in captions)


@given(said(), LANGUAGES, st.integers(0, 5_000))
def test_given_any_words_when_captioned_then_each_is_shown_for_one_to_seven_seconds(
    words: tuple[Word, ...], language: str, more: int
):
    """But where there is not as much time as that."""
    until = _until(words, more)
    captions = captions_of(words, language, until)

    assert all(caption.end - caption.start <= LONGEST for caption in captions) or (
        len(captions) * SHORTEST > until
    )
    if len(captions) * SHORTEST <= until:
        assert all(caption.end - caption.start >= SHORTEST for caption in captions)


@given(said(), LANGUAGES)
def test_given_any_words_when_captioned_then_every_letter_is_there_in_order(
    words: tuple[Word, ...], language: str
):
    captions = captions_of(words, language, _until(words, 0))

    said_letters = "".join(shown(word.text) for word in words).replace(" ", "")
    assert "".join(line for it in captions for line in it.lines).replace(" ", "") == said_letters


@given(said(), LANGUAGES)
def test_given_any_words_when_captioned_then_one_person_speaks_in_each(
    words: tuple[Word, ...], language: str
):
    captions = captions_of(words, language, _until(words, 0))

    spoken = {(word.speaker, shown(word.text)) for word in words}
    for caption in captions:
        text = "".join(caption.lines)
        mine = [text_ for speaker, text_ in spoken if speaker == caption.speaker]
        assert any(text_[:20].split()[0][:5] in text for text_ in mine if text_.split())


def _texts(captions: tuple[Caption, ...]) -> list[str]:
    return ["\n".join(caption.lines) for caption in captions]


@given(said(), LANGUAGES)
def test_given_any_captions_when_written_as_vtt_then_they_parse_back(
    words: tuple[Word, ...], language: str
):
    captions = captions_of(words, language, _until(words, 1_000))
    timed = [it for it in captions if it.end > it.start]
    if not timed:
        return

    cues = parse_captions(vtt(timed))

    assert [(cue.start, cue.end) for cue in cues] == [(it.start, it.end) for it in timed]
    assert [cue.text.replace(WORD_JOINER, "") for cue in cues] == _texts(tuple(timed))


@given(said(), LANGUAGES)
def test_given_any_captions_when_written_as_srt_then_a_player_reads_them_back(
    words: tuple[Word, ...], language: str
):
    captions = captions_of(words, language, _until(words, 1_000))

    assert _as_players_read(srt(captions)) == [
        (it.start, it.end, "\n".join(it.lines)) for it in captions
    ]


def _as_players_read(text: str) -> list[tuple[int, int, str]]:
    """SubRip as it is defined: blocks of a number, times and text, without any entities."""
    found = []
    for number, block in enumerate((it for it in text.split("\n\n") if it.strip()), 1):
        head, times, *lines = block.strip("\n").split("\n")
        assert head == str(number)
        assert not any("-->" in line for line in lines)
        begin, end = times.split(" --> ")
        said = "\n".join(lines).replace(WORD_JOINER, "")
        found.append((_clock(begin), _clock(end), said))
    return found


def _clock(text: str) -> int:
    hours, minutes, rest = text.split(":")
    seconds, part = rest.split(",")
    return ((int(hours) * 60 + int(minutes)) * 60 + int(seconds)) * 1000 + int(part)


@pytest.mark.parametrize("text", ["<b>x</b>", "{\\an8}x", "a-->b", "<!-- x"])
def test_given_what_a_player_would_take_for_a_tag_when_written_as_srt_then_it_is_parted(text: str):
    (caption,) = captions_of(make_words(text), "en", 5_000)

    written = srt([caption])

    assert text not in written
    assert text in written.replace(WORD_JOINER, "")


def test_given_plain_signs_when_written_as_srt_then_they_stay_as_they_are():
    captions = captions_of(make_words("AT&T 3 < 4"), "en", 5_000)

    assert "AT&T 3 < 4" in srt(captions)


def test_given_speakers_when_written_as_vtt_then_voices_are_told_and_escaped():
    captions = captions_of(make_words("Hello.", speaker="Ann <&> Co"), "en", 5_000)

    assert "<v Ann &lt;&amp;&gt; Co>Hello." in vtt(captions)


def test_given_no_words_when_written_then_the_files_are_empty_but_well_formed():
    assert captions_of((), "en", 5_000) == ()
    assert srt(()) == ""
    assert vtt(()) == "WEBVTT\n"


def test_given_two_sentences_when_captioned_then_the_break_is_between_them():
    words = make_words(
        "It was a very long and cold winter up there. Nobody came down the road to us."
    )

    captions = captions_of(words, "en", 60_000)

    assert [caption.lines[-1][-1] for caption in captions] == [".", "."]


def test_given_a_caption_of_two_lines_when_laid_out_then_they_are_alike_in_length():
    words = make_words("we went down to the river and there we saw the old boat")

    (caption,) = captions_of(tuple(_quick(words)), "en", 60_000)

    upper, lower = map(len, caption.lines)
    assert abs(upper - lower) <= 8


def _quick(words: tuple[Word, ...]) -> list[Word]:
    return [
        Word(text=word.text, start=at * 200, end=at * 200 + 150) for at, word in enumerate(words)
    ]


def test_given_a_long_silence_when_captioned_then_nothing_is_shown_over_it():
    early, late = make_words("Before")[0], Word(text="after.", start=60_000, end=60_500)

    first, second = captions_of((early, late), "en", 70_000)

    assert (first.start, first.end) == (0, 1_000)
    assert second.start == 60_000


def test_given_a_last_word_at_the_very_end_when_captioned_then_it_is_shown_before_it():
    (caption,) = captions_of((Word(text="Bye.", start=9_800, end=10_000),), "en", 10_000)

    assert (caption.start, caption.end) == (9_000, 10_000)
