from __future__ import annotations

import pytest

from functions.domain.cutting.exactness import EncodeTarget, Exactness
from functions.domain.cutting.segmentation import AskedRange, Mode, Segmentation
from functions.domain.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    UnavailableError,
)
from functions.domain.extras import Extra
from functions.domain.runs.run import Run, RunStatus
from functions.domain.video import VideoStatus
from functions.services.runs.restart_run import AS_BEFORE, NewRun, restart
from tests.builders import (
    RUN,
    STRANGER,
    VIDEO,
    make_caller,
    make_failure,
    make_media,
    make_queued_video,
    make_run,
    make_uploading_video,
)
from tests.fakes.clock import EPOCH
from tests.fakes.world import World


def _restart(world: World, caller=None, new: NewRun = AS_BEFORE) -> Run:
    return restart(caller or make_caller(), VIDEO, world.stores, world.reaper, new)


def _ended(world: World, status: VideoStatus = VideoStatus.FAILED) -> None:
    world.videos.create(make_queued_video(status=status, error=make_failure()))
    world.runs.create(make_run())
    world.runs.fail(VIDEO, RUN, make_failure(), EPOCH)


@pytest.mark.parametrize("status", [VideoStatus.FAILED, VideoStatus.READY])
def test_given_an_ended_run_when_started_again_then_it_is_a_new_run(
    world: World, status: VideoStatus
):
    _ended(world, status)

    run = _restart(world)

    assert run.run_id != RUN
    assert (world.video().status, world.video().run_id) == (VideoStatus.QUEUED, run.run_id)
    assert world.pipeline.executions == {run.run_id: VIDEO}
    assert world.runs.get(VIDEO, run.run_id) == run


def test_given_a_new_run_when_it_is_queued_then_the_old_one_keeps_its_failure(world: World):
    _ended(world)

    _restart(world)

    assert world.run().status is RunStatus.FAILED
    assert world.run().error == make_failure()


def test_given_a_request_when_it_is_sent_twice_then_one_run_starts(world: World):
    _ended(world)

    assert _restart(world).run_id == _restart(world).run_id
    assert len(world.pipeline.executions) == 1


def test_given_two_requests_at_once_when_both_write_then_one_run_starts(world: World):
    _ended(world)
    world.videos.before_save = lambda: _restart(world)

    with pytest.raises(ConflictError) as caught:
        _restart(world)

    assert caught.value.code == "pipeline.already_running"
    assert len(world.pipeline.executions) == 1
    assert world.video().runs == 2


def test_given_a_run_under_way_when_started_again_then_it_is_refused(world: World):
    world.queue()
    world.claim()

    with pytest.raises(ConflictError, match=r"pipeline\.already_running"):
        _restart(world)

    assert world.pipeline.executions == {}


def test_given_a_crash_between_row_and_execution_when_started_again_then_the_same_run_goes_on(
    world: World,
):
    _ended(world)
    world.pipeline.down = True
    with pytest.raises(UnavailableError):
        _restart(world)
    stranded = world.video().run_id
    world.pipeline.down = False

    run = _restart(world)

    assert run.run_id == stranded
    assert world.pipeline.executions == {stranded: VIDEO}


def test_given_a_crash_before_the_run_s_row_when_started_again_then_the_row_is_made(world: World):
    world.videos.create(make_queued_video())

    run = _restart(world)

    assert run.run_id == RUN
    assert world.run().status is RunStatus.QUEUED
    assert world.pipeline.executions == {RUN: VIDEO}


def test_given_a_run_that_was_restarted_and_failed_when_started_again_then_it_is_a_third_run(
    world: World,
):
    _ended(world)
    second = _restart(world)
    world.videos.save(world.video().failed(make_failure(), EPOCH))

    assert len({RUN, second.run_id, _restart(world).run_id}) == 3
    assert world.video().runs == 3


def test_given_a_file_that_has_not_arrived_when_started_then_that_is_said(world: World):
    world.videos.create(make_uploading_video())

    with pytest.raises(ConflictError, match=r"upload\.incomplete"):
        _restart(world)


def test_given_another_user_s_video_when_started_then_it_looks_absent(world: World):
    _ended(world)

    with pytest.raises(NotFoundError, match=r"video\.not_found"):
        _restart(world, make_caller(STRANGER))

    assert world.pipeline.executions == {}


def test_given_a_new_cut_when_started_again_then_the_video_is_to_be_cut_so(world: World):
    _ended(world, VideoStatus.READY)
    parts = Segmentation(mode=Mode.PARTS, parts=4)

    run = _restart(world, new=NewRun(segmentation=parts, keep_segments=True))

    assert world.video().segmentation == parts
    assert run.keep_segments
    assert world.runs.get(VIDEO, run.run_id) == run


def test_given_a_new_cut_with_captions_when_started_again_then_the_row_has_only_their_place(
    world: World,
):
    _ended(world, VideoStatus.READY)
    target = EncodeTarget(captions="1\n00:00:01,000 --> 00:00:02,000\nHello\n")

    _restart(world, new=NewRun(segmentation=Segmentation(cut=Exactness.ACCURATE, target=target)))

    kept = world.video().segmentation.target
    assert kept is not None
    assert (kept.captions, kept.captions_key is None) == (None, False)


def test_given_ranges_beyond_the_end_when_started_again_then_each_is_named(world: World):
    world.videos.create(make_queued_video(status=VideoStatus.READY, media=make_media()))
    world.runs.create(make_run())
    asked = tuple(AskedRange(start=at, end=at + 1) for at in (59_999, 60_000, 90_000))

    with pytest.raises(InvalidInputError) as refused:
        _restart(world, new=NewRun(segmentation=Segmentation(mode=Mode.RANGES, ranges=asked)))

    places = [field.pointer for field in refused.value.fields]
    assert places == ["/segmentation/ranges/1/start", "/segmentation/ranges/2/start"]


def test_given_a_run_that_waits_when_another_cut_is_asked_for_then_it_is_refused(world: World):
    world.videos.create(make_queued_video())
    world.runs.create(make_run())

    with pytest.raises(ConflictError) as refused:
        _restart(world, new=NewRun(segmentation=Segmentation(mode=Mode.NONE)))

    assert refused.value.code == "pipeline.already_running"


@pytest.mark.parametrize("extras", [(), (Extra.HLS, Extra.PROXY)])
def test_given_other_extras_when_started_again_then_the_video_is_to_have_them(
    world: World, extras: tuple[Extra, ...]
):
    _ended(world, VideoStatus.READY)
    before = world.video().segmentation

    _restart(world, new=NewRun(extras=extras))

    assert world.video().extras == extras
    assert world.video().segmentation == before
