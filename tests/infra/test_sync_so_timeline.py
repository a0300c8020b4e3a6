"""The simulator's rows of pieces: what they must be whatever is asked for."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.simulators.sync_so.contract import SYNC_MODES
from infra.local.simulators.sync_so.timeline import (
    Piece,
    Range,
    Voice,
    length_of,
    pieces_of,
    shown_for,
)

DURATION = 60.0
_TIMES = st.integers(0, 60_000).map(lambda value: value / 1000)


@st.composite
def _ranges(draw: st.DrawFn) -> list[Range]:
    """Apart from each other, in any order."""
    times = sorted(draw(st.lists(_TIMES, min_size=2, max_size=12, unique=True)))
    pairs = list(zip(times[::2], times[1::2], strict=False))
    ranges = []
    for number, (start, end) in enumerate(pairs):
        seconds = draw(st.integers(100, 20_000)) / 1000
        voice = Voice(f"voice-{number}", 0.0, seconds)
        ranges.append(Range(start, end, voice, draw(st.sampled_from(SYNC_MODES))))
    return draw(st.permutations(ranges))


@given(_ranges())
def test_given_any_ranges_when_divided_then_the_video_is_used_once_from_end_to_end(
    ranges: list[Range],
):
    pieces = pieces_of(DURATION, ranges)

    assert pieces[0].start == 0
    assert pieces[-1].end == DURATION
    assert all(before.end == after.start for before, after in pairwise(pieces))
    assert all(piece.end > piece.start for piece in pieces)
    voices = {piece.voice.path for piece in pieces if piece.voice}
    assert voices == {one.voice.path for one in ranges}


@given(_ranges())
def test_given_any_ranges_when_divided_then_only_they_may_change_their_length(
    ranges: list[Range],
):
    pieces = pieces_of(DURATION, ranges)
    others = [piece for piece in pieces if piece.voice is None]

    assert all(piece.seconds == piece.end - piece.start for piece in others)
    changed = sum(piece.seconds - (piece.end - piece.start) for piece in pieces if piece.voice)
    assert length_of(pieces) == pytest.approx(DURATION + changed)


@given(_ranges())
def test_given_silence_when_voices_are_not_longer_then_the_length_stays(ranges: list[Range]):
    fitting = [
        Range(one.start, one.end, Voice("v", 0.0, min(one.voice.seconds, one.end - one.start)),
              "silence")
        for one in ranges
    ]  # fmt: skip
    assert length_of(pieces_of(DURATION, fitting)) == pytest.approx(DURATION)


@pytest.mark.parametrize(
    ("mode", "longer", "shorter"),
    [("bounce", 8, 2), ("loop", 8, 2), ("cut_off", 6, 2), ("silence", 8, 6), ("remap", 8, 2)],
)
def test_given_a_mode_when_lengths_differ_then_its_table_holds(
    mode: str, longer: float, shorter: float
):
    assert shown_for(6, 8, mode) == longer
    assert shown_for(6, 2, mode) == shorter


def test_given_a_range_of_no_length_when_divided_then_nothing_comes_of_it():
    nothing = Range(3.0, 3.0, Voice("v", 0.0, 1.0), "silence")

    assert pieces_of(6.0, [nothing]) == [Piece(0.0, 6.0, 6.0)]
