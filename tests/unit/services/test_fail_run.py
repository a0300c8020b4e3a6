from __future__ import annotations

from functions.domain.failure import Failure
from functions.domain.runs.run import RunStatus
from functions.domain.video import VideoStatus
from functions.services.runs.fail_run import fail_run
from tests.builders import RUN, VIDEO, make_run
from tests.fakes.world import World


def _fail(world: World, code: str | None = "media.empty", detail: str | None = "Nothing."):
    return fail_run(world.context, video_id=VIDEO, run_id=RUN, code=code, detail=detail)


def test_given_a_run_under_way_when_it_fails_then_run_and_video_say_why(world: World):
    world.queue()
    world.claim()

    failure = _fail(world)

    assert failure == Failure(code="media.empty", detail="Nothing.", stage="claim")
    assert (world.run().status, world.run().error) == (RunStatus.FAILED, failure)
    assert (world.video().status, world.video().error) == (VideoStatus.FAILED, failure)


def test_given_a_run_in_the_cut_when_it_fails_then_the_stage_is_named(world: World):
    world.plan_made()
    world.cut(0)

    assert _fail(world).stage == "cut"


def test_given_an_error_that_is_not_ours_when_it_fails_then_the_user_is_told_what_to_do(
    world: World,
):
    world.queue()

    failure = _fail(world, code=None, detail=None)

    assert failure.code == "pipeline.internal"
    assert "start the pipeline again" in failure.detail


def test_given_a_run_that_never_began_when_it_fails_then_it_is_failed_all_the_same(world: World):
    world.queue()
    _fail(world)

    assert world.run().status is RunStatus.FAILED


def test_given_a_run_that_succeeded_when_a_late_failure_comes_then_the_video_stays_ready(
    world: World,
):
    world.plan_made()
    world.cut_all()
    world.join()
    world.finish()

    _fail(world)

    assert world.video().status is VideoStatus.READY
    assert world.run().status is RunStatus.SUCCEEDED


def test_given_a_newer_run_when_the_older_fails_then_the_video_is_left_to_the_newer(
    world: World,
):
    world.queue(run_id="run-2")

    _fail(world)

    assert (world.video().status, world.video().run_id) == (VideoStatus.QUEUED, "run-2")
    assert world.run().status is RunStatus.FAILED


def test_given_a_failed_run_when_it_fails_again_then_the_first_reason_stays(world: World):
    world.queue()
    first = _fail(world)

    _fail(world, code="pipeline.internal")

    assert world.run().error == first
    assert world.video().error == first


def test_given_a_video_that_was_deleted_when_its_run_fails_then_the_run_says_so(world: World):
    world.runs.create(make_run())

    _fail(world)

    assert (world.run().status, world.run().watched) == (RunStatus.FAILED, False)
