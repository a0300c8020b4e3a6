from __future__ import annotations

from dataclasses import replace

import pytest

from functions.domain.errors import NotFoundError, StaleWriteError, UnavailableError
from functions.domain.runs.run import Stage
from functions.services.runs.stages import StageWork, change_video, read_plan, read_probe, stage
from tests.builders import RUN, VIDEO, make_queued_video, make_run, make_video
from tests.fakes.world import World


def test_given_a_stage_when_it_ends_well_then_both_its_times_are_kept(world: World):
    world.queue()

    with stage(world.context, Stage.PROBE, VIDEO, RUN):
        during = world.run().times(Stage.PROBE)

    after = world.run().times(Stage.PROBE)
    assert during.started_at is not None
    assert during.finished_at is None
    assert after.finished_at is not None
    assert after.started_at == during.started_at < after.finished_at


def test_given_a_stage_when_it_fails_then_it_has_begun_and_not_ended(world: World):
    world.queue()

    with pytest.raises(ZeroDivisionError), stage(world.context, Stage.PROBE, VIDEO, RUN):
        raise ZeroDivisionError

    assert world.run().stage() is Stage.PROBE
    assert world.run().times(Stage.PROBE).finished_at is None


def test_given_a_stage_that_was_done_when_done_again_then_its_first_times_stay(world: World):
    world.queue()
    with stage(world.context, Stage.PROBE, VIDEO, RUN):
        pass
    first = world.run().times(Stage.PROBE)

    with stage(world.context, Stage.PROBE, VIDEO, RUN) as work:
        work.reused = True

    assert world.run().times(Stage.PROBE) == replace(first, attempts=2)


def test_given_a_video_that_was_deleted_when_a_stage_begins_then_that_is_said(world: World):
    world.runs.create(make_run())

    with (
        pytest.raises(NotFoundError, match=r"video\.not_found"),
        stage(world.context, Stage.PROBE, VIDEO, RUN),
    ):
        raise AssertionError("nothing to work on")


def test_given_no_such_run_when_a_stage_begins_then_that_is_said(world: World):
    world.videos.create(make_queued_video())

    with (
        pytest.raises(NotFoundError),
        stage(world.context, Stage.PROBE, VIDEO, RUN),
    ):
        raise AssertionError("nothing to work on")


def test_given_a_video_without_a_file_when_its_source_is_asked_for_then_that_is_said():
    with pytest.raises(NotFoundError, match=r"video\.no_source"):
        _ = StageWork(make_video(), make_run()).source


def test_given_a_video_that_was_not_probed_when_its_probe_is_read_then_a_later_try_may_help(
    world: World,
):
    with pytest.raises(UnavailableError, match=r"pipeline\.out_of_order"):
        read_probe(world.context, make_queued_video())


def test_given_a_run_that_was_not_planned_when_its_plan_is_read_then_a_later_try_may_help(
    world: World,
):
    with pytest.raises(UnavailableError, match=r"pipeline\.out_of_order"):
        read_plan(world.context, make_run())


def test_given_another_worker_that_writes_first_when_changed_then_both_changes_are_kept(
    world: World,
):
    world.queue()
    world.videos.before_save = lambda: world.videos.save(world.video().processing(world.clock()))

    change_video(
        world.context,
        VIDEO,
        lambda video: video.ready(segment_count=4, poster_id=None, now=world.clock()),
    )

    assert (world.video().segment_count, world.video().version) == (4, 3)


def test_given_workers_that_always_write_first_when_changed_then_it_gives_up_retryably(
    world: World,
):
    world.queue()

    def another() -> None:
        world.videos.save(world.video().processing(world.clock()))
        world.videos.before_save = another

    world.videos.before_save = another
    with pytest.raises(StaleWriteError):
        change_video(world.context, VIDEO, lambda video: video.abort(world.clock()), attempts=3)


def test_given_nothing_to_change_when_changed_then_nothing_is_written(world: World):
    world.queue()
    before = world.video()

    assert change_video(world.context, VIDEO, lambda video: video) == before
    assert world.video() == before


def test_given_a_video_that_was_deleted_when_changed_then_that_is_said(world: World):
    with pytest.raises(NotFoundError):
        change_video(world.context, VIDEO, lambda video: video)
