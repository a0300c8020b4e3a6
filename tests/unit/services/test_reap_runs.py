"""Runs that stopped without an end, zombies that come back, and clocks that differ."""

from __future__ import annotations

from datetime import timedelta

import pytest

from functions.domain.errors import RunOverError, UnavailableError
from functions.domain.runs.lease import LEASE, SKEW
from functions.domain.runs.run import RunStatus
from functions.domain.segments.segment import SegmentType
from functions.domain.video import VideoStatus
from functions.services.runs.cancel_run import cancel_run
from functions.services.runs.reap_runs import reap_runs
from functions.services.runs.reaping import Reaped
from tests.builders import RUN, VIDEO, make_caller, make_run
from tests.fakes.world import World

PAST = LEASE + SKEW + timedelta(minutes=1)
LIMIT = 25


def _reap(world: World, after: timedelta = PAST) -> list[Reaped]:
    """A tick, so long after now."""
    world.clock.now += after
    return list(reap_runs(world.reaper, world.clock(), LIMIT))


def _in_the_cut(world: World) -> None:
    world.plan_made()
    world.pipeline.start(VIDEO, RUN)
    world.cut(0)


def _killed(world: World) -> None:
    _in_the_cut(world)
    world.pipeline.ended.add(RUN)


def test_given_an_execution_that_was_killed_when_its_lease_is_over_then_the_run_says_what_to_do(
    world: World,
):
    _killed(world)

    assert _reap(world) == [Reaped.STOPPED]

    error = world.run().error
    assert (world.run().status, world.video().status) == (RunStatus.FAILED, VideoStatus.FAILED)
    assert error
    assert (error.code, error.stage) == ("pipeline.stopped", "cut")
    assert "start the pipeline again" in error.detail
    assert world.video().error == error
    assert not world.run().watched


def test_given_a_stopped_run_when_reaped_then_what_was_made_stays_and_is_gone_on_from(
    world: World,
):
    _killed(world)
    _reap(world)
    assert world.numbers() == [1, 2, 3]

    world.again()
    world.run_through()

    assert world.cutter.cut_numbers == [1, 2, 3, 4, 5, 6]
    assert world.run().status is RunStatus.SUCCEEDED


@pytest.mark.parametrize("after", [timedelta(0), LEASE - timedelta(minutes=1), LEASE])
def test_given_a_killed_execution_when_its_lease_still_holds_then_it_is_left_alone(
    world: World, after: timedelta
):
    _killed(world)
    world.runs.renew(VIDEO, RUN, world.clock() + LEASE)

    assert _reap(world, after) == []

    assert world.run().status is RunStatus.RUNNING


def test_given_an_execution_that_goes_on_when_its_lease_is_over_then_it_is_held_for_it(
    world: World,
):
    """It may wait for a free function, or for an answer from outside, for hours."""
    _in_the_cut(world)

    assert _reap(world) == [Reaped.WAITING]

    lease = world.run().lease_until
    assert lease
    assert lease > world.clock()
    assert world.run().status is RunStatus.RUNNING
    assert _reap(world, timedelta(minutes=1)) == []


def test_given_a_run_whose_execution_never_began_when_reaped_then_it_is_started_again_once(
    world: World,
):
    world.queue()

    assert _reap(world) == [Reaped.REVIVED]
    assert world.pipeline.executions == {RUN: VIDEO}
    assert world.run().revived == 1

    world.pipeline.executions.clear()
    assert _reap(world, timedelta(minutes=1)) == []
    assert _reap(world) == [Reaped.STOPPED]
    assert world.run().error
    assert world.video().status is VideoStatus.FAILED


def test_given_a_revived_run_when_it_goes_through_then_it_succeeds(world: World):
    world.queue()
    _reap(world)

    world.run_through()

    assert world.run().status is RunStatus.SUCCEEDED
    assert _reap(world) == []


def test_given_two_reapers_at_once_when_a_run_never_began_then_it_is_started_once(world: World):
    world.queue()
    world.clock.now += PAST
    now, run = world.clock(), world.run()

    assert world.reaper.reap(run, now) is Reaped.REVIVED
    assert world.reaper.reap(run, now) is not Reaped.REVIVED
    assert (world.pipeline.calls, world.run().revived) == (1, 1)


def test_given_two_reapers_at_once_when_a_run_has_stopped_then_it_fails_once(world: World):
    _killed(world)
    world.clock.now += PAST
    now, run = world.clock(), world.run()

    world.reaper.reap(run, now)
    before = (world.run(), world.video())
    world.reaper.reap(run, now)

    assert (world.run(), world.video()) == before


def test_given_a_run_that_ends_while_it_is_reaped_when_both_write_then_its_own_end_stays(
    world: World,
):
    world.queue()
    for step in (world.claim, world.probe, world.look, world.plan, world.cut_all, world.join):
        step()
    world.clock.now += PAST
    world.runs.before_end = world.finish

    assert world.reaper.reap(world.run(), world.clock()) is Reaped.CLOSED

    assert world.run().status is RunStatus.SUCCEEDED
    assert world.video().status is VideoStatus.READY


def test_given_a_zombie_when_its_run_was_ended_for_it_then_it_cannot_write_any_more(
    world: World,
):
    """The worker has read its run and its video long before, and wakes up after."""
    _in_the_cut(world)
    inspect = world.cutter.inspect

    def asleep(path, plan):
        if not world.pipeline.ended:
            world.pipeline.ended.add(RUN)
            assert _reap(world) == [Reaped.STOPPED]
        return inspect(path, plan)

    world.cutter.inspect = asleep
    before = [row.segment_number for row in world.of_kind(SegmentType.PROCESSED)]

    with pytest.raises(RunOverError):
        world.cut(1)

    assert world.numbers() == before
    assert world.video().status is VideoStatus.FAILED


def test_given_a_zombie_when_another_run_holds_the_video_then_neither_of_its_rows_is_touched(
    world: World,
):
    _killed(world)
    _reap(world)
    world.again()
    world.claim()
    later, video = world.run(), world.video()

    for write in (
        lambda: world.context.segments.create(
            world.of_kind(SegmentType.PROCESSED)[0], by=make_run(number=1)
        ),
        lambda: _as_zombie(world, "probe"),
        lambda: _as_zombie(world, "plan"),
        lambda: _as_zombie(world, "join"),
        lambda: _as_zombie(world, "finish"),
    ):
        with pytest.raises(RunOverError):
            write()

    assert (world.run(), world.video()) == (later, video)


def _as_zombie(world: World, step: str) -> None:
    now_at = world.run_id
    world.run_id = RUN
    try:
        getattr(world, step)()
    finally:
        world.run_id = now_at


@pytest.mark.parametrize("ahead", [-SKEW, timedelta(0), SKEW])
def test_given_clocks_that_differ_when_the_lease_holds_by_the_workers_then_it_is_not_reaped(
    world: World, ahead: timedelta
):
    _killed(world)
    world.runs.renew(VIDEO, RUN, world.clock() + LEASE)
    workers_last_moment = world.clock.now + LEASE - timedelta(seconds=2)

    world.clock.now = workers_last_moment + ahead

    assert list(reap_runs(world.reaper, world.clock(), LIMIT)) == []
    assert world.run().status is RunStatus.RUNNING


def test_given_a_clock_that_is_far_ahead_when_the_execution_goes_on_then_nothing_is_ended(
    world: World,
):
    _in_the_cut(world)

    assert _reap(world, timedelta(days=2)) == [Reaped.WAITING]

    assert world.run().status is RunStatus.RUNNING
    assert world.cut(1).finished


def test_given_a_cancelling_that_was_interrupted_when_reaped_then_it_is_gone_on_with(
    world: World,
):
    _in_the_cut(world)
    world.runs.cancel(VIDEO, RUN, world.clock())

    assert _reap(world) == [Reaped.CLOSED]

    assert world.video().status is VideoStatus.CANCELLED
    assert world.pipeline.stopped == [RUN]
    assert not world.run().watched


def test_given_a_cancelled_run_when_its_workers_have_gone_then_it_is_watched_no_more(
    world: World,
):
    _in_the_cut(world)
    cancel_run(make_caller(), VIDEO, world.context, world.works)

    assert world.run().watched
    assert _reap(world) == [Reaped.CLOSED]
    assert not world.run().watched
    assert _reap(world) == []


def test_given_a_run_that_succeeded_and_was_interrupted_when_reaped_then_its_video_is_ready(
    world: World,
):
    world.queue()
    for step in (world.claim, world.probe, world.look, world.plan, world.cut_all, world.join):
        step()

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    close, world.segments.close = world.segments.close, killed
    with pytest.raises(KeyboardInterrupt):
        world.finish()
    world.segments.close = close
    assert (world.run().status, world.video().status) == (
        RunStatus.SUCCEEDED,
        VideoStatus.PROCESSING,
    )

    assert _reap(world, timedelta(minutes=16)) == [Reaped.CLOSED]

    assert (world.video().status, world.video().segment_count) == (VideoStatus.READY, 6)
    assert world.video().poster_id


def test_given_many_stopped_runs_when_reaped_then_a_tick_takes_so_many_and_the_next_the_rest(
    world: World,
):
    runs = [make_run(video_id=f"v-{n}", watch_shard="0") for n in range(7)]
    for run in runs:
        world.runs.create(run)
        world.runs.begin(run.video_id, run.run_id, world.clock())
    world.clock.now += PAST

    counts = [len(list(reap_runs(world.reaper, world.clock(), 3))) for _ in range(4)]

    assert counts == [3, 3, 1, 0]
    assert {run.status for run in world.runs.all()} == {RunStatus.FAILED}


def test_given_a_run_that_cannot_be_looked_at_when_reaped_then_the_others_do_not_wait_for_it(
    world: World,
):
    for name in ("v-1", "v-2"):
        world.runs.create(make_run(video_id=name, run_id=f"run-of-{name}", watch_shard="0"))
        world.runs.begin(name, f"run-of-{name}", world.clock())
    state = world.pipeline.state

    def half_down(run_id: str):
        if run_id == "run-of-v-1":
            raise UnavailableError("dependency.unavailable", "Step Functions failed.")
        return state(run_id)

    world.pipeline.state = half_down

    assert _reap(world) == [Reaped.STOPPED]
    left = world.runs.get("v-1", "run-of-v-1")
    assert left
    assert left.status is RunStatus.RUNNING


def test_given_a_stopped_run_when_its_owner_starts_again_then_nobody_has_to_wait_for_the_reaper(
    world: World,
):
    _killed(world)
    world.clock.now += PAST

    run = world.again()

    assert run.number == 2
    assert world.video().run_id == run.run_id
    stopped = world.runs.get(VIDEO, RUN)
    assert stopped
    assert stopped.error
    assert stopped.error.code == "pipeline.stopped"
