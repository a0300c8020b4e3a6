"""Windows that overlap, heard each on its own: as if all had been heard at once."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from functions.domain.media.probe import Probe
from functions.domain.transcripts.join import join_windows
from functions.domain.transcripts.options import TranscriptOptions
from functions.domain.transcripts.plan import (
    LONGEST,
    OVERLAP,
    SHORTEST,
    WINDOW_BYTES,
    SpeechWindow,
    plan_transcript,
)
from functions.domain.transcripts.transcript import Word
from tests.builders import (
    make_media,
    make_probe,
    make_probe_without_index,
    make_silent,
    make_source,
)

ASKED = TranscriptOptions()


def _windows(duration: int, count: int) -> tuple[SpeechWindow, ...]:
    source = make_source(size=count * WINDOW_BYTES)
    probe = make_probe(media=make_media(duration=duration))
    windows = plan_transcript(probe, source, ASKED).windows
    assert len(windows) == count
    return windows


def _heard(words: list[Word], window: SpeechWindow) -> list[Word]:
    """What a perfect ear hears of a window, on its clock: words that are whole in it."""
    return [
        replace(word, start=word.start - window.hears_from, end=word.end - window.hears_from)
        for word in words
        if word.start >= window.hears_from and word.end <= window.hears_to
    ]


@st.composite
def talks(draw: st.DrawFn, least: int = 20) -> list[Word]:
    """Words with pauses between them, for about five minutes."""
    words, at = [], 0
    for number in range(draw(st.integers(0, 400))):
        at += draw(st.integers(least, 1_500))
        end = at + draw(st.integers(50, 900))
        words.append(Word(text=f"w{number}", start=at, end=end))
        at = end
    return words


@given(talks(), st.integers(1, 4))
def test_given_windows_of_one_talk_when_joined_then_each_word_is_there_once(
    words: list[Word], count: int
):
    duration = max((word.end for word in words), default=0) + 60_000
    windows = _windows(duration, count)

    joined = join_windows(windows, [_heard(words, window) for window in windows], duration)

    assert list(joined) == words


@given(talks(least=900), st.integers(-400, 400))
def test_given_ears_that_do_not_agree_on_times_when_joined_then_no_word_is_lost_or_doubled(
    words: list[Word], off: int
):
    """But for those that are said without a pause."""
    duration = max((word.end for word in words), default=0) + 60_000
    first, second = _windows(duration, 2)
    late = [replace(word, start=word.start + off, end=word.end + off) for word in words]

    heard = [_heard(words, first), [it for it in _heard(late, second) if it.start >= 0]]
    joined = join_windows((first, second), heard, duration)

    inside = [word.text for word in words if abs(word.start - second.hears_from) > 2_000]
    assert [word.text for word in joined if word.text in inside] == inside


def test_given_speakers_that_each_window_names_for_itself_when_joined_then_they_are_the_same():
    words = [
        Word(text=f"w{at}", start=at * 1_000, end=at * 1_000 + 500, speaker=f"spk_{at // 3 % 2}")
        for at in range(120)
    ]
    first, second = _windows(120_000, 2)
    swapped = {"spk_0": "spk_1", "spk_1": "spk_0"}
    later = [replace(it, speaker=swapped[str(it.speaker)]) for it in _heard(words, second)]

    joined = join_windows((first, second), [_heard(words, first), later], 120_000)

    assert list(joined) == words


def test_given_somebody_who_speaks_later_only_when_joined_then_he_has_a_name_of_his_own():
    early = [
        Word(text=f"a{at}", start=at * 1_000, end=at * 1_000 + 500, speaker="spk_0")
        for at in range(70)
    ]
    late = [
        Word(text=f"b{at}", start=at * 1_000, end=at * 1_000 + 500, speaker="spk_1")
        for at in range(80, 110)
    ]
    first, second = _windows(120_000, 2)
    alone = [replace(it, speaker="spk_0") for it in _heard(late, second)]

    joined = join_windows((first, second), [_heard(early, first), alone], 120_000)

    assert {word.speaker for word in joined if word.text.startswith("b")} == {"spk_1"}


def test_given_words_past_the_end_when_joined_then_they_end_with_the_video():
    (window,) = _windows(10_000, 1)

    (word,) = join_windows((window,), [[Word(text="a", start=9_900, end=10_400)]], 10_000)

    assert (word.start, word.end) == (9_900, 10_000)


def test_given_no_windows_when_joined_then_there_are_no_words():
    assert join_windows((), [], 10_000) == ()


@given(st.integers(SHORTEST, 12 * 3_600_000), st.integers(1, 100 * 1024**3), st.booleans())
def test_given_any_video_when_planned_then_windows_are_short_enough_and_cover_it(
    duration: int, size: int, indexed: bool
):
    probe = make_probe() if indexed else make_probe_without_index()
    probe = replace(probe, media=replace(probe.media, duration=duration))

    plan = plan_transcript(probe, make_source(size=size), ASKED)

    assert plan.windows[0].start == 0
    assert plan.windows[-1].end == duration
    for window in plan.windows:
        assert window.hears_to - window.hears_from <= LONGEST + 2 * OVERLAP < 4 * 3_600_000
        assert window.hears_from <= window.start < window.end <= window.hears_to
    for before, after in zip(plan.windows, plan.windows[1:], strict=False):
        assert before.end == after.start
        assert before.hears_to > after.start > after.hears_from


def _planned(probe: Probe) -> int:
    return len(plan_transcript(probe, make_source(), ASKED).windows)


def test_given_nothing_to_hear_when_planned_then_there_are_no_windows():
    assert _planned(make_silent(make_probe())) == 0
    assert _planned(make_probe(media=make_media(duration=SHORTEST - 1))) == 0


def test_given_the_same_source_and_options_when_planned_then_the_plan_has_the_same_name():
    plans = {
        plan_transcript(make_probe(), source, options).transcription_id
        for source in (make_source(), make_source(etag="e2"))
        for options in (ASKED, ASKED, TranscriptOptions(speakers=2))
    }

    assert len(plans) == 4
