"""Where each mode wants a video cut."""

from __future__ import annotations

import base64
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.domain.analyses.boundaries import Boundaries, Envelope, SceneChange
from functions.domain.cutting.modes import Known, wanted_cuts, wanted_spans
from functions.domain.cutting.segmentation import AskedRange, Mode, Segmentation
from functions.domain.cutting.spans import Span
from functions.domain.errors import InvalidInputError, MediaError, UnavailableError
from functions.domain.media.weights import Weights

MINUTE = 60_000
STEP = 20
LOUD, HUSHED, SILENT = b"\x08", b"\x3c", b"\xc8"


def known(duration: int = MINUTE, **more: object) -> Known:
    return Known(duration=duration, **more)  # type: ignore[arg-type]


def heard(*stretches: tuple[bytes, int]) -> Known:
    """Sound of so many milliseconds each."""
    levels = b"".join(level * (length // STEP) for level, length in stretches)
    envelope = Envelope(step=STEP, levels=base64.b64encode(levels).decode())
    return known(len(levels) * STEP, boundaries=Boundaries(envelope=envelope))


def seen(*changes: tuple[int, float]) -> Known:
    scenes = tuple(SceneChange(at=at, score=score) for at, score in changes)
    return known(boundaries=Boundaries(scenes=scenes))


def test_given_parts_when_wanted_then_they_are_equally_long():
    options = Segmentation(mode=Mode.PARTS, parts=7)

    cuts = wanted_cuts(known(100_000), options)

    lengths = {b - a for a, b in pairwise([0, *cuts, 100_000])}
    assert len(cuts) == 6
    assert max(lengths) - min(lengths) <= 1


@given(st.integers(1, 1_000), st.integers(1_000, 600_000), st.integers(1_000, 30_000))
def test_given_parts_and_lengths_when_wanted_then_there_are_as_many_as_the_lengths_allow(
    parts: int, duration: int, shortest: int
):
    options = Segmentation(
        mode=Mode.PARTS, parts=parts, min_length=shortest, max_length=3 * shortest
    )

    lengths = [b - a for a, b in pairwise([0, *wanted_cuts(known(duration), options), duration])]

    assert max(lengths) <= 3 * shortest
    assert len(lengths) == 1 or min(lengths) >= shortest


def test_given_none_when_wanted_then_there_is_no_cut():
    assert wanted_cuts(known(), Segmentation(mode=Mode.NONE)) == ()


def test_given_none_and_a_longest_length_when_wanted_then_it_holds():
    assert wanted_cuts(known(), Segmentation(mode=Mode.NONE, max_length=25_000)) == (25_000, 50_000)


def test_given_scenes_when_wanted_then_only_changes_of_the_threshold_count():
    found = seen((5_000, 40.0), (20_000, 9.9), (30_000, 10.0))

    assert wanted_cuts(found, Segmentation(mode=Mode.SCENES)) == (5_000, 30_000)
    assert wanted_cuts(found, Segmentation(mode=Mode.SCENES, threshold=5)) == (
        5_000,
        20_000,
        30_000,
    )


def test_given_scenes_too_near_to_each_other_when_wanted_then_the_shortest_length_holds():
    found = seen((5_000, 40.0), (8_000, 40.0), (40_000, 40.0))
    options = Segmentation(mode=Mode.SCENES, min_length=5_000, max_length=30_000)

    assert wanted_cuts(found, options) == (5_000, 35_000, 40_000)


def test_given_pauses_when_wanted_then_cuts_are_in_the_middle_of_them():
    speech = heard((LOUD, 10_000), (SILENT, 1_000), (LOUD, 10_000), (SILENT, 600), (LOUD, 9_000))

    assert wanted_cuts(speech, Segmentation(mode=Mode.SILENCE)) == (10_500, 21_300)


def test_given_pauses_too_short_or_too_loud_when_wanted_then_they_are_none():
    speech = heard((LOUD, 10_000), (SILENT, 400), (LOUD, 10_000), (HUSHED, 900), (LOUD, 9_000))

    assert wanted_cuts(speech, Segmentation(mode=Mode.SILENCE)) == ()
    louder = Segmentation(mode=Mode.SILENCE, level=-25, pause=300)
    assert wanted_cuts(speech, louder) == (10_200, 20_850)


def test_given_speech_without_a_pause_when_it_is_too_long_then_it_is_cut_where_it_is_lowest():
    speech = heard((LOUD, 14_000), (HUSHED, 300), (LOUD, 15_700))
    options = Segmentation(mode=Mode.SILENCE, min_length=5_000, max_length=20_000)

    [cut] = wanted_cuts(speech, options)

    assert 14_000 < cut < 14_300


@pytest.mark.parametrize("mode", [Mode.SCENES, Mode.SILENCE])
def test_given_a_video_nobody_has_looked_at_when_wanted_then_it_is_told(mode: Mode):
    with pytest.raises(UnavailableError, match="not looked at"):
        wanted_cuts(known(), Segmentation(mode=mode))


@given(
    st.lists(st.integers(1_000, 400_000), min_size=1, max_size=60),
    st.integers(1_000_000, 4_000_000),
)
def test_given_a_size_when_wanted_then_no_file_is_larger(groups: list[int], size: int):
    before = [sum(groups[:at]) for at in range(len(groups))]
    times = tuple(range(0, len(groups) * 2_000, 2_000))
    weights = Weights(times=times, before=tuple(before), total=sum(groups))
    duration = len(groups) * 2_000

    cuts = wanted_cuts(
        known(duration, weigh=lambda: weights), Segmentation(mode=Mode.SIZE, size=size)
    )

    places = [0, *(cut // 2_000 for cut in cuts), len(groups)]
    files = [sum(groups[a:b]) for a, b in pairwise(places)]
    assert max(files) <= size
    # Not more files than it takes: with one more group each would be too large.
    fuller = [sum(groups[a : b + 1]) for a, b in pairwise(places[:-1])]
    assert all(one > size * 0.98 - 64_001 for one in fuller)


def test_given_a_size_that_one_group_of_pictures_exceeds_when_wanted_then_it_is_refused():
    weights = Weights(times=(0, 10_000), before=(0, 5_000_000), total=6_000_000)

    with pytest.raises(MediaError) as refused:
        wanted_cuts(known(weigh=lambda: weights), Segmentation(mode=Mode.SIZE, size=2_000_000))

    assert refused.value.code == "segmentation.size_too_small"


def test_given_ranges_when_wanted_then_they_end_with_the_video():
    asked = (AskedRange(start=0, end=5_000, title="One"), AskedRange(start=50_000, end=90_000))

    spans = wanted_spans(known(), Segmentation(mode=Mode.RANGES, ranges=asked))

    assert spans is not None
    assert [(span.start, span.end, span.title) for span in spans] == [
        (0, 5_000, "One"),
        (50_000, MINUTE, None),
    ]


def test_given_a_range_behind_the_end_when_wanted_then_it_is_refused_by_its_place():
    asked = (AskedRange(start=0, end=5_000), AskedRange(start=MINUTE, end=MINUTE + 1))

    with pytest.raises(MediaError, match="Range 2"):
        wanted_spans(known(), Segmentation(mode=Mode.RANGES, ranges=asked))


@given(st.integers(1, 600_000), st.integers(2_000, 60_000), st.data())
def test_given_an_overlap_when_wanted_then_all_is_covered_and_neighbours_share_it(
    duration: int, length: int, data: st.DataObject
):
    overlap = data.draw(st.integers(1, length // 2))
    options = Segmentation(length=length, overlap=overlap, max_length=length)

    spans = wanted_spans(known(duration), options)

    assert spans is not None
    assert (spans[0].start, spans[-1].end) == (0, duration)
    assert all(span.end - span.start <= length for span in spans)
    shared = [a.end - b.start for a, b in pairwise(spans)]
    assert all(one == overlap for one in shared[:-1])
    assert all(one >= overlap for one in shared[-1:])


@pytest.mark.parametrize(
    ("options", "place"),
    [
        ({"length": 10_000, "overlap": 5_001}, "/overlap_s"),
        ({"min_length": 10_000, "max_length": 19_999}, "/max_length_s"),
        ({"length": 5_000, "min_length": 6_000}, "/length_s"),
        ({"length": 5_000, "max_length": 4_000}, "/length_s"),
        ({"mode": Mode.RANGES}, "/ranges"),
        ({"mode": Mode.RANGES, "ranges": (AskedRange(start=5, end=5),)}, "/ranges/0"),
        ({"mode": Mode.RANGES, "ranges": (AskedRange(start=0, end=5),) * 2}, "/ranges/1"),
    ],
)
def test_given_options_that_do_not_go_together_when_made_then_the_place_is_named(
    options: dict[str, object], place: str
):
    with pytest.raises(InvalidInputError) as refused:
        Segmentation(**options)  # type: ignore[arg-type]

    assert [field.pointer for field in refused.value.fields] == [place]


def test_given_moments_when_wanted_then_each_is_a_span_with_its_title():
    moments = (Span(start=1_000, end=21_000, title="One"), Span(start=30_000, end=90_000))

    spans = wanted_spans(known(moments=moments), Segmentation(mode=Mode.MOMENTS))

    assert spans == (moments[0], Span(start=30_000, end=60_000))


def test_given_lengths_when_moments_are_wanted_then_only_those_that_fit_are():
    moments = tuple(Span(start=0, end=end) for end in (2_000, 20_000, 50_000))
    options = Segmentation(mode=Mode.MOMENTS, min_length=5_000, max_length=30_000)

    assert wanted_spans(known(moments=moments), options) == (moments[1],)


def test_given_no_moments_when_wanted_then_it_says_what_to_do():
    with pytest.raises(MediaError) as refused:
        wanted_spans(known(moments=()), Segmentation(mode=Mode.MOMENTS))

    assert refused.value.code == "segmentation.no_moments"


def test_given_moments_nobody_has_looked_for_when_wanted_then_it_is_told():
    with pytest.raises(UnavailableError):
        wanted_spans(known(), Segmentation(mode=Mode.MOMENTS))
