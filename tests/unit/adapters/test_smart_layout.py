"""What of a segment can be copied, by its packets alone."""

from __future__ import annotations

import pytest

from functions.adapters.ffmpeg.packets import Packet
from functions.adapters.ffmpeg.parameter_sets import ParameterSets
from functions.adapters.ffmpeg.smart import Groups, Layout, is_exact, lay_out, wanted
from functions.domain.cutting.exactness import CutReason

EVER = 1 << 62
FRAME, GROUP = 10, 100


def packet(pts: int, *, key: bool = False) -> Packet:
    return Packet(pts=pts, dts=pts, key=key, digest="")


def groups(*, clean: set[int] | None = None, leading: int | None = None) -> Groups:
    """Five groups of ten frames; before the keyframe at `leading`, two frames that follow it."""
    packets: list[Packet] = []
    for key in range(0, 5 * GROUP, GROUP):
        packets.append(packet(key, key=True))
        early = [key - 2, key - 1] if key == leading else []
        packets += [packet(pts) for pts in (*early, *range(key + FRAME, key + GROUP, FRAME))]
    found = {one.pts for one in packets if one.key} if clean is None else clean
    return Groups(packets, frozenset(found), ParameterSets())


STARTS = [0, 100, 200, 300, 400]


@pytest.mark.parametrize(
    ("begin", "end", "first", "last"),
    [
        (50, 350, 100, 300),
        (100, 300, 100, 300),
        (101, 399, 200, 300),
        (0, 200, 0, 200),
        (50, None, 100, EVER),
        (400, None, 400, EVER),
    ],
)
def test_given_closed_groups_when_laid_out_then_all_whole_ones_are_copied(
    begin: int, end: int | None, first: int, last: int
):
    layout = lay_out(groups(), STARTS, begin, end)

    assert layout == Layout(begin=begin, first=first, last=last, end=EVER if end is None else end)


@pytest.mark.parametrize(("begin", "end"), [(10, 90), (50, 150), (110, 290)])
def test_given_no_whole_group_between_two_cuts_when_laid_out_then_it_says_so(begin: int, end: int):
    assert lay_out(groups(), STARTS, begin, end) is CutReason.NO_WHOLE_GROUP


def test_given_keyframes_that_are_no_clean_starts_when_laid_out_then_groups_are_open():
    assert lay_out(groups(clean={0}), STARTS, 50, 350) is CutReason.OPEN_GROUPS


def test_given_leading_pictures_when_laid_out_then_nothing_is_cut_at_their_keyframe():
    assert lay_out(groups(leading=100), STARTS, 50, 350) == Layout(
        begin=50, first=200, last=300, end=350
    )
    assert lay_out(groups(leading=300), STARTS, 50, 350) == Layout(
        begin=50, first=100, last=200, end=350
    )


def test_given_sets_that_change_when_laid_out_then_nothing_is_copied():
    sets = ParameterSets((b"\x67\x64\x00\x1e\xac", b"\x67\x64\x00\x1e\xad"))
    changing = Groups(groups().packets, groups().clean, sets)

    assert lay_out(changing, STARTS, 50, 350) is CutReason.PARAMETERS_CHANGE


LISTED = "#tb 0: 1/90000\n#media_type 0: video\n"


def listed(*times: int) -> str:
    return LISTED + "".join(f"0, {time}, {time}, 10, 5, 0x1\n" for time in times)


@pytest.mark.parametrize(
    ("times", "exact"),
    [
        ((10, 20, 30), True),
        ((10, 21, 30), True),
        ((10, 20), False),
        ((10, 20, 30, 40), False),
        ((10, 25, 30), False),
    ],
)
def test_given_what_came_out_when_held_against_the_wanted_frames_then_any_other_is_noticed(
    times: tuple[int, ...], exact: bool
):
    layout = Layout(begin=110, first=0, last=0, end=140)

    assert wanted(groups(), layout) == [110, 120, 130]
    assert is_exact(listed(*times), wanted(groups(), layout), 100) is exact
