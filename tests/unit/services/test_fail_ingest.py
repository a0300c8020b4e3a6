from __future__ import annotations

from dataclasses import replace

import pytest

from functions.domain.failure import Failure
from functions.domain.video import VideoStatus
from functions.services.ingests.fail_ingest import fail_ingest
from tests.builders import USER, VIDEO, make_failure, make_ingesting_video, make_upload
from tests.fakes.clock import EPOCH
from tests.fakes.world import World

KEY = make_upload().key


def _fail(
    world: World, code: str | None = "ingest.web_page", user: str | None = USER
) -> Failure | None:
    return fail_ingest(
        world.videos,
        world.media,
        EPOCH,
        video_id=VIDEO,
        user_id=user,
        code=code,
        detail="A page." if code else None,
    )


def test_given_an_error_when_recorded_then_the_video_says_why_and_nothing_is_left(world: World):
    world.videos.create(make_ingesting_video())
    world.media.start_multipart(KEY, "video/mp4", {})
    world.media.start_multipart(KEY, "video/mp4", {})

    failure = _fail(world)

    video = world.videos.get(VIDEO)
    assert video
    assert (video.status, video.error) == (VideoStatus.FAILED, failure)
    assert failure == Failure(code="ingest.web_page", detail="A page.", stage="ingest")
    assert not failure.ours
    assert world.media.multiparts == {}
    assert "secret" not in str(video)


def test_given_no_code_when_recorded_then_it_is_a_fault_of_ours(world: World):
    world.videos.create(make_ingesting_video())

    failure = _fail(world, None, None)

    assert failure
    assert failure.code == "ingest.internal"
    assert failure.ours


def test_given_a_row_that_moves_when_recorded_then_it_is_read_again(world: World):
    world.videos.create(make_ingesting_video())
    current = world.videos.get(VIDEO)
    assert current
    world.videos.before_save = lambda: world.videos.save(replace(current, title="new"))

    assert _fail(world)

    video = world.videos.get(VIDEO)
    assert video
    assert (video.status, video.title) == (VideoStatus.FAILED, "new")


def test_given_a_video_that_was_given_up_when_its_failure_comes_then_nothing_has_failed(
    world: World,
):
    world.videos.create(make_ingesting_video(status=VideoStatus.ABORTED))
    world.media.start_multipart(KEY, "video/mp4", {})
    world.media.put(KEY, b"late")

    assert _fail(world, user=None) is None

    assert world.media.multiparts == {}
    assert KEY not in world.media.objects


@pytest.mark.parametrize("user", [USER, None])
def test_given_a_video_that_is_gone_when_its_failure_comes_then_nothing_has_failed(
    world: World, user: str | None
):
    world.media.start_multipart(KEY, "video/mp4", {})

    assert _fail(world, user=user) is None
    assert (world.media.multiparts == {}) == (user is not None)


def test_given_a_file_that_has_arrived_when_a_failure_comes_then_nothing_has_failed(world: World):
    """Killed after all was joined: the event of the arrival goes its way."""
    world.videos.create(make_ingesting_video())
    world.media.put(KEY, b"all of it")

    assert _fail(world) is None
    assert world.media.objects[KEY] == b"all of it"


def test_given_a_failure_that_is_recorded_when_another_comes_then_the_first_stays(world: World):
    first = make_failure()
    world.videos.create(make_ingesting_video(status=VideoStatus.FAILED, error=first))

    assert _fail(world) == first


@pytest.mark.parametrize("status", [VideoStatus.QUEUED, VideoStatus.READY])
def test_given_a_video_that_has_moved_on_when_a_failure_comes_then_nothing_has_failed(
    world: World, status: VideoStatus
):
    world.videos.create(make_ingesting_video(status=status))

    assert _fail(world) is None
