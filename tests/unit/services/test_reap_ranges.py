from __future__ import annotations

from datetime import timedelta

from functions.domain.errors import UnavailableError
from functions.domain.runs.lease import RANGE_PATIENCE
from functions.domain.segments.segment import SegmentStatus
from functions.services.cutting.reap_ranges import RangeReaper, reap_ranges
from functions.services.runs.reaping import Reaped
from tests.builders import RANGE, make_pending
from tests.fakes.clock import EPOCH
from tests.fakes.world import World

LATER = EPOCH + RANGE_PATIENCE + timedelta(seconds=1)


def _reap(world: World, now=LATER, limit: int = 25) -> list[Reaped]:
    reaper = RangeReaper(context=world.context, cuts=world.range_cuts, watch=world.segment_watch)
    return list(reap_ranges(reaper, now, limit))


def _status(world: World, segment_id: str = RANGE) -> SegmentStatus:
    segment = world.segments.get(segment_id)
    assert segment
    return segment.status


def test_given_a_range_whose_cut_never_began_when_it_has_waited_then_it_is_started(world: World):
    world.segments.create(make_pending())

    assert _reap(world) == [Reaped.REVIVED]

    assert world.range_cuts.started == {RANGE}
    assert _status(world) is SegmentStatus.PENDING


def test_given_a_range_that_was_just_asked_for_when_looked_for_then_it_is_left_alone(
    world: World,
):
    world.segments.create(make_pending())

    assert _reap(world, EPOCH + RANGE_PATIENCE) == []


def test_given_a_range_that_is_being_cut_when_it_takes_long_then_it_is_left_alone(world: World):
    world.segments.create(make_pending())
    world.range_cuts.start(RANGE)

    assert _reap(world, EPOCH + timedelta(hours=3)) == [Reaped.WAITING]

    assert _status(world) is SegmentStatus.PENDING


def test_given_a_cut_that_stopped_without_an_end_when_found_then_its_segment_says_what_to_do(
    world: World,
):
    world.segments.create(make_pending())
    world.range_cuts.start(RANGE)
    world.range_cuts.ended.add(RANGE)

    assert _reap(world) == [Reaped.STOPPED]

    segment = world.segments.get(RANGE)
    assert segment
    assert segment.error
    assert (segment.status, segment.error.code) == (SegmentStatus.FAILED, "cut.stopped")
    assert "ask for the range again" in segment.error.detail
    assert _reap(world) == []


def test_given_a_range_that_was_deleted_or_made_meanwhile_when_reaped_then_nothing_is_done(
    world: World,
):
    reaper = RangeReaper(context=world.context, cuts=world.range_cuts, watch=world.segment_watch)
    world.segments.create(make_pending(status=SegmentStatus.READY))

    assert reaper.reap(RANGE) is Reaped.LEFT
    assert reaper.reap("gone") is Reaped.LEFT
    assert world.range_cuts.calls == 0


def test_given_one_that_cannot_be_looked_at_when_reaped_then_the_others_do_not_wait_for_it(
    world: World,
):
    for name in ("a", "b", "c"):
        world.segments.create(make_pending(segment_id=name))
    state = world.range_cuts.state

    def half_down(segment_id: str):
        if segment_id == "b":
            raise UnavailableError("dependency.unavailable", "Step Functions failed.")
        return state(segment_id)

    world.range_cuts.state = half_down

    assert _reap(world) == [Reaped.REVIVED, Reaped.REVIVED]
    assert world.range_cuts.started == {"a", "c"}


def test_given_many_that_wait_when_reaped_then_a_tick_takes_so_many_of_a_shard(world: World):
    for number in range(80):
        world.segments.create(make_pending(segment_id=f"segment-{number}"))

    assert len(_reap(world, limit=5)) == 20
