from __future__ import annotations

from dataclasses import replace

import pytest

from functions.domain.errors import ConflictError, MediaError, NotFoundError, TooLargeError
from functions.domain.runs.run import RunStatus, Stage
from functions.domain.tiers import Tier
from functions.domain.video import VideoStatus
from tests.builders import RUN, USER, VIDEO, make_failure, make_queued_video, make_run, tried_once
from tests.environment import TIERS
from tests.fakes.media import FakeMediaStore
from tests.fakes.world import World


def test_given_a_queued_run_when_claimed_then_run_and_video_are_under_way(world: World):
    world.queue()

    assert world.claim() is Tier.PRO
    assert world.run().status is RunStatus.RUNNING
    assert world.video().status is VideoStatus.PROCESSING
    assert world.run().times(Stage.CLAIM).finished_at is not None


def test_given_a_claimed_run_when_claimed_again_then_nothing_changes(world: World):
    world.queue()
    world.claim()
    before = (world.video(), tried_once(world.run()))

    assert world.claim() is Tier.PRO
    assert (world.video(), tried_once(world.run())) == before


def test_given_a_run_that_has_ended_when_claimed_then_it_is_over(world: World):
    world.queue()
    world.runs.fail(VIDEO, RUN, make_failure(), world.clock())

    with pytest.raises(ConflictError, match=r"pipeline\.run_over"):
        world.claim()

    assert world.video().status is VideoStatus.QUEUED


def test_given_a_newer_run_when_the_older_is_claimed_then_the_video_is_left_to_the_newer(
    world: World,
):
    world.queue(run_id="run-2")

    with pytest.raises(ConflictError, match=r"pipeline\.superseded"):
        world.claim()

    assert (world.video().run_id, world.video().status) == ("run-2", VideoStatus.QUEUED)


def test_given_a_folder_that_is_no_user_s_when_claimed_then_the_file_is_refused(world: World):
    world.queue()
    world.users.tiers.clear()

    with pytest.raises(MediaError, match=r"upload\.unknown_user"):
        world.claim()


def test_given_a_source_that_is_gone_when_claimed_then_it_is_refused(world: World):
    source = world.queue()
    world.media.delete([source.key])

    with pytest.raises(MediaError, match=r"source\.missing"):
        world.claim()


def test_given_a_pinned_version_when_the_object_is_written_over_then_the_run_goes_on(
    world: World,
):
    source = world.queue()
    world.media.put(source.key, b"something else")

    assert world.claim() is Tier.PRO


def test_given_a_bucket_without_versions_when_the_object_is_written_over_then_it_is_refused():
    world = World(media=FakeMediaStore(versioned=False))
    source = world.queue()
    world.media.put(source.key, b"something else")

    with pytest.raises(MediaError, match=r"source\.missing"):
        world.claim()


def test_given_a_file_without_bytes_when_claimed_then_it_is_refused(world: World):
    world.queue(b"")

    with pytest.raises(MediaError, match=r"media\.empty"):
        world.claim()


def test_given_another_size_than_announced_when_claimed_then_it_is_refused(world: World):
    world.queue(b"12345", declared_size=6)

    with pytest.raises(MediaError, match=r"5 bytes arrived, 6 were announced") as caught:
        world.claim()

    assert caught.value.code == "upload.size_mismatch"


def test_given_the_announced_size_when_claimed_then_it_passes(world: World):
    world.queue(b"12345", declared_size=5)

    assert world.claim() is Tier.PRO


def test_given_a_dropped_file_above_the_tier_s_limit_when_claimed_then_it_is_refused(
    world: World,
):
    # No request has checked it before: it came straight into the bucket.
    world.users.tiers[USER] = Tier.FREE
    source = world.media.put(f"uploads/{USER}/big.mp4", b"x")
    grown = replace(source, size=TIERS["free"]["max_bytes"] + 1)
    world.videos.create(make_queued_video(source=grown))
    world.runs.create(make_run())

    with pytest.raises(TooLargeError):
        world.claim()


def test_given_a_refused_file_when_looked_at_then_the_stage_has_begun_and_not_ended(world: World):
    world.queue(b"")
    with pytest.raises(MediaError):
        world.claim()

    times = world.run().times(Stage.CLAIM)
    assert times.started_at is not None
    assert times.finished_at is None


def test_given_a_video_that_was_deleted_when_claimed_then_that_is_said(world: World):
    world.queue()
    world.videos.forget(VIDEO)

    with pytest.raises(NotFoundError):
        world.claim()
