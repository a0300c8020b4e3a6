"""An hour at broadcast rates: nothing drifts, from the first segment to the last."""

from __future__ import annotations

from bisect import bisect_left
from fractions import Fraction
from pathlib import Path
from statistics import median

import av
import pytest

from functions.domain.cutting.exactness import Exactness
from functions.domain.cutting.job import CutFile
from functions.domain.cutting.plan import Plan
from tests.contract.cutting import by_window, cut, source_packets
from tests.contract.exact_cutting import ONE_TICK_S, exact_plan
from tests.contract.packets import counts
from tests.contract.shelf import Item, Shelf
from tests.contract.test_exact_process import made
from tests.media.hours import BLOCK, BLOCKS, block_frames, hour
from tests.media.numbered import heard, shown

RATES = {"film": Fraction(24_000, 1_001), "broadcast": Fraction(30_000, 1_001)}
LENGTH = 29_500


@pytest.fixture(scope="session", params=RATES)
def rate(request: pytest.FixtureRequest) -> Fraction:
    return RATES[request.param]


@pytest.fixture(scope="session")
def long(shelf: Shelf, rate: Fraction) -> Item:
    return shelf.take(f"hour-{rate.numerator}.mp4", lambda path: hour(path, rate))


@pytest.fixture(scope="session")
def times(long: Item) -> list[float]:
    """When each frame is shown, by the packets of the source."""
    with av.open(str(long.path)) as container:
        packets = container.demux(video=0)
        return sorted(float(one.pts * one.time_base) for one in packets if one.pts is not None)


@pytest.mark.parametrize("how", [Exactness.SMART, Exactness.ACCURATE])
def test_given_an_hour_when_cut_exactly_then_its_first_middle_and_last_segments_are_exact(
    long: Item, rate: Fraction, times: list[float], scratch: Path, how: Exactness
) -> None:
    plan = exact_plan(long, how, LENGTH)
    count = len(plan.segments)

    for at in (0, count // 2, count - 1):
        (file,) = made(long.job(plan, plan.segments[at : at + 1], scratch / str(at)))
        assert file.cut is how
        _require_frames(plan, file, times, block_frames(rate))
        _require_in_step(file, rate)


def _require_frames(plan: Plan, file: CutFile, times: list[float], block: int) -> None:
    start, end = file.segment.start / 1000, file.segment.end / 1000
    last = file.segment.number == len(plan.segments)
    first, after = bisect_left(times, start - 1e-5), bisect_left(times, end - 1e-5)
    due = times[first:] if last else times[first:after]
    got = shown(file.path)
    assert [one.number for one in got] == [(first + n) % block for n in range(len(due))]
    assert all(
        abs(one.at - (time - start)) < ONE_TICK_S for one, time in zip(got, due, strict=True)
    )


def _require_in_step(file: CutFile, rate: Fraction) -> None:
    """The sound tells the time that the frame shown with it has, but where both begin anew.

    A pitch is read to some five hertz, which are a sixtieth of a second: no drift hides in all.
    """
    frames = shown(file.path)
    off: list[float] = []
    for moment in heard(file.path)[1:-1]:
        frame = next((one for one in reversed(frames) if one.at <= moment.at), frames[0])
        due = float(frame.number / rate) + moment.at - frame.at
        if 0.2 < due < float(BLOCK) - 0.2:
            off.append(moment.told - due)
    assert max(map(abs, off)) < 0.75 / rate, file.segment
    assert abs(median(off)) < 0.1 / rate, file.segment


def test_given_an_hour_when_cut_at_keyframes_then_each_packet_is_there_once(
    shelf: Shelf, scratch: Path
) -> None:
    long = shelf.take("hour-30000.mp4", lambda path: hour(path, RATES["broadcast"]))
    plan = exact_plan(long, Exactness.KEYFRAME, LENGTH, per_window=60)

    pieces = cut(long, plan, by_window(plan), scratch)

    source = source_packets(long, plan)
    assert pieces == source
    assert counts(source) == {"0": 640 * BLOCKS, "1": 1_001 * BLOCKS}
