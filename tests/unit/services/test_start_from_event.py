from __future__ import annotations

from dataclasses import replace

import pytest

from functions.domain.errors import StaleWriteError, UnavailableError
from functions.domain.keys import upload_key
from functions.domain.media.source import Source
from functions.domain.runs.run import RunStatus
from functions.domain.video import VideoStatus
from functions.services.runs.start_run import ObjectCreated, start_from_event
from tests.builders import (
    STRANGER,
    USER,
    VIDEO,
    make_failure,
    make_source,
    make_upload,
    make_uploading_video,
)
from tests.fakes.clock import EPOCH
from tests.fakes.world import World


def _deliver(world: World, source: Source):
    return start_from_event(ObjectCreated("media", source), world.stores, world.clock())


def _dropped(name: str = "beach.mp4", **overrides) -> Source:
    return make_source(key=f"uploads/{USER}/{name}", **overrides)


def _announce(world: World) -> Source:
    """An upload through the API, whose file has just arrived."""
    world.videos.create(make_uploading_video())
    return make_source()


def test_given_an_announced_file_when_it_arrives_then_its_video_is_queued(world: World):
    source = _announce(world)

    run = _deliver(world, source)

    assert run is not None
    assert (world.video().status, world.video().source) == (VideoStatus.QUEUED, source)
    assert world.video().run_id == run.run_id
    assert world.pipeline.executions == {run.run_id: VIDEO}


@pytest.mark.parametrize("announced", [True, False])
def test_given_one_event_when_delivered_ten_times_then_one_run_starts(
    world: World, announced: bool
):
    source = _announce(world) if announced else _dropped()

    runs = [_deliver(world, source) for _ in range(10)]

    assert len({run.run_id for run in runs if run}) == 1
    assert len(world.videos.all()) == len(world.runs.all()) == len(world.pipeline.executions) == 1


def test_given_a_delivered_event_when_delivered_again_then_no_row_changes(world: World):
    source = _announce(world)
    _deliver(world, source)
    before = (world.videos.all(), world.runs.all())

    _deliver(world, source)

    assert (world.videos.all(), world.runs.all()) == before


@pytest.mark.parametrize("status", [RunStatus.RUNNING, RunStatus.SUCCEEDED, RunStatus.FAILED])
def test_given_a_run_that_has_begun_when_its_event_comes_again_then_it_is_not_started_again(
    world: World, status: RunStatus
):
    source = _announce(world)
    run = _deliver(world, source)
    assert run
    world.runs.begin(VIDEO, run.run_id, EPOCH)
    if status is RunStatus.SUCCEEDED:
        world.runs.succeed(run, None, EPOCH)
    if status is RunStatus.FAILED:
        world.runs.fail(VIDEO, run.run_id, make_failure(), EPOCH)
    calls = world.pipeline.calls

    _deliver(world, source)

    assert world.pipeline.calls == calls


def test_given_a_file_that_nobody_announced_when_it_is_dropped_then_it_becomes_a_video(
    world: World,
):
    run = _deliver(world, _dropped("2026/summer beach+sea.mp4"))

    video = world.videos.all()[0]
    assert (video.user_id, video.status) == (USER, VideoStatus.QUEUED)
    assert (video.file_name, video.runs) == ("summer beach+sea.mp4", 1)
    assert run is not None
    assert world.pipeline.executions == {run.run_id: video.video_id}


def test_given_a_dropped_file_when_another_takes_its_name_then_both_are_videos(world: World):
    _deliver(world, _dropped(version_id="v1", etag="e1"))
    _deliver(world, _dropped(version_id="v2", etag="e2"))

    assert len(world.videos.all()) == len(world.pipeline.executions) == 2


@pytest.mark.parametrize("key", ["uploads/", f"uploads/{USER}/", f"uploads/{USER}/folder/", "x"])
def test_given_an_object_that_is_no_file_when_it_appears_then_nothing_starts(
    world: World, key: str
):
    assert _deliver(world, make_source(key=key)) is None
    assert world.videos.all() == []


def test_given_an_aborted_upload_when_its_file_arrives_late_then_nothing_starts(world: World):
    source = _announce(world)
    world.videos.save(world.video().abort(EPOCH))

    assert _deliver(world, source) is None
    assert world.video().status is VideoStatus.ABORTED
    assert world.runs.all() == []


def test_given_a_finished_upload_when_its_object_is_written_over_then_that_is_ignored(
    world: World,
):
    source = _announce(world)
    first = _deliver(world, source)

    assert _deliver(world, replace(source, version_id="v2", etag="e2", size=1)) is None
    assert world.video().source == source
    assert world.runs.all() == [first]


def test_given_a_stranger_s_video_id_as_a_folder_when_a_file_is_dropped_then_theirs_is_untouched(
    world: World,
):
    victim = make_uploading_video(user_id=STRANGER, upload=make_upload(key="theirs"))
    world.videos.create(victim)

    _deliver(world, make_source(key=upload_key(USER, VIDEO)))

    assert world.video() == victim
    mine = [video for video in world.videos.all() if video.user_id == USER]
    assert len(mine) == 1
    assert mine[0].video_id != VIDEO


def test_given_two_deliveries_at_once_when_both_write_then_the_later_fails_and_its_repeat_joins_in(
    world: World,
):
    source = _announce(world)
    world.videos.before_save = lambda: _deliver(world, source)

    with pytest.raises(StaleWriteError):
        _deliver(world, source)
    _deliver(world, source)

    assert len(world.runs.all()) == len(world.pipeline.executions) == 1
    assert world.video().runs == 1


def test_given_a_pipeline_that_is_down_when_the_event_comes_again_then_the_same_run_starts(
    world: World,
):
    source = _announce(world)
    world.pipeline.down = True
    with pytest.raises(UnavailableError):
        _deliver(world, source)

    world.pipeline.down = False
    run = _deliver(world, source)

    assert run is not None
    assert world.pipeline.executions == {run.run_id: VIDEO}
    assert world.runs.all() == [run]


def test_given_a_bucket_without_versions_when_the_same_bytes_come_again_then_it_is_one_run(
    world: World,
):
    for _ in range(2):
        _deliver(world, _dropped(version_id=None, etag="same"))

    assert len(world.pipeline.executions) == 1
