from __future__ import annotations

import pytest

from functions.domain.errors import (
    ConflictError,
    NotFoundError,
    TooLargeError,
    UnavailableError,
)
from functions.domain.segments.segment import SegmentStatus
from tests.builders import make_probe_without_index
from tests.fakes.prober import FakeProber
from tests.fakes.ranges import KEYS, Ranges
from tests.fakes.world import World


def test_given_a_pending_range_when_planned_then_one_window_holds_all_that_was_asked(
    world: World,
):
    ranges = Ranges(world)

    assert ranges.plan() == KEYS
    plan = ranges.stored_plan()
    (segment,) = plan.of_window(plan.windows[0])
    assert (segment.start, segment.end, segment.cut) == (11_000, 13_000, 10_000)
    assert plan.segments[segment.number].cut == 14_000


def test_given_a_planned_range_when_planned_again_then_it_is_the_same_plan(world: World):
    ranges = Ranges(world)
    ranges.plan()
    before = dict(world.media.objects)

    assert ranges.plan() == KEYS
    assert world.media.objects == before


def test_given_a_source_without_an_index_when_planned_then_keyframes_are_looked_for(world: World):
    keys = tuple(range(0, 60_000, 3_000))
    world.prober = FakeProber(make_probe_without_index(), keyframes=keys)
    ranges = Ranges(world)
    ranges.plan()

    plan = ranges.stored_plan()
    assert plan.one_pass
    assert [segment.cut for segment in plan.segments] == [0, 9_000, 15_000, 18_000]
    assert (plan.windows[0].first, plan.windows[0].last) == (1, 2)


def test_given_a_large_source_without_an_index_when_planned_then_no_piece_fills_a_disk(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("functions.services.cutting.plan_segments.PIECE_BYTES", 1_000)
    keys = tuple(range(0, 60_000, 1_000))
    world.prober = FakeProber(make_probe_without_index(), keyframes=keys)
    ranges = Ranges(world, body=b"x" * 12_000, start=30_000, end=31_000)
    ranges.plan()

    # 12,000 bytes in a minute: 1,000 of them last five seconds.
    cuts = [segment.cut for segment in ranges.stored_plan().segments]
    assert cuts == [0, 5_000, 10_000, 15_000, 20_000, 25_000, 30_000, 31_000, 32_000]


def test_given_a_range_beyond_the_end_when_planned_then_it_goes_up_to_the_end(world: World):
    ranges = Ranges(world, start=55_500, end=70_000)
    ranges.plan()

    assert ranges.stored_plan().segments[-1].end == 60_000
    assert ranges.stored_plan().segments[-1].cut == 54_000


def test_given_a_range_that_no_disk_could_hold_when_planned_then_it_is_refused_with_both_sizes(
    world: World,
):
    ranges = Ranges(world, body=b"x" * 6_000_000, start=0, end=30_000)

    with pytest.raises(TooLargeError, match=r"range\.too_large.* 2 MB.* 1 MB") as caught:
        ranges.plan(limit=2**20)

    assert not caught.value.retryable
    assert ranges.objects() == set()


def test_given_a_short_range_of_a_large_source_when_planned_then_it_is_taken(world: World):
    ranges = Ranges(world, body=b"x" * 6_000_000, start=0, end=10_000)

    assert ranges.plan(limit=2**20) == KEYS


def test_given_a_deleted_segment_when_planned_then_trying_again_is_no_use(world: World):
    ranges = Ranges(world)
    ranges.delete()

    with pytest.raises(NotFoundError):
        ranges.plan()


@pytest.mark.parametrize("status", [SegmentStatus.READY, SegmentStatus.FAILED])
def test_given_a_range_that_waits_no_more_when_planned_then_nothing_is_written(
    world: World, status: SegmentStatus
):
    ranges = Ranges(world, status=status)

    with pytest.raises(ConflictError, match=r"range\.settled"):
        ranges.plan()

    assert ranges.objects() == set()


def test_given_a_video_that_is_gone_when_planned_then_trying_again_is_no_use(world: World):
    ranges = Ranges(world, video_id="another")

    with pytest.raises(NotFoundError, match=r"video\.not_found"):
        ranges.plan()


def test_given_a_video_that_was_not_probed_when_planned_then_a_later_try_may_help(world: World):
    ranges = Ranges(world, probed=False)

    with pytest.raises(UnavailableError, match=r"pipeline\.out_of_order"):
        ranges.plan()
