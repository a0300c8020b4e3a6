from __future__ import annotations

from datetime import timedelta

import pytest

from functions.domain.errors import ConflictError, NotFoundError
from functions.domain.video import Upload, Video, VideoStatus
from functions.services.ingests.uploads import abort_upload, create_upload
from tests.builders import STRANGER, make_caller, make_large_upload, make_new_upload, make_source
from tests.fakes.clock import EPOCH
from tests.fakes.world import LIMITS, World


def _announced(world: World, wanted=None) -> Video:
    return create_upload(
        make_caller(),
        wanted or make_large_upload(),
        videos=world.videos,
        deletions=world.deletions,
        media=world.media,
        limits=LIMITS,
        now=EPOCH,
    ).video


def _upload(video: Video) -> Upload:
    assert video.upload
    return video.upload


def _abort(world: World, video: Video, caller=None, now=EPOCH) -> None:
    abort_upload(
        caller or make_caller(), video.video_id, videos=world.videos, media=world.media, now=now
    )


def _status(world: World, video: Video) -> VideoStatus:
    known = world.videos.get(video.video_id)
    assert known
    return known.status


def test_given_an_open_upload_when_aborted_then_its_parts_are_gone(world: World):
    video = _announced(world)

    _abort(world, video)

    assert _status(world, video) is VideoStatus.ABORTED
    assert world.media.multiparts == {}


def test_given_bytes_that_were_put_already_when_aborted_then_they_are_removed(world: World):
    video = _announced(world, make_new_upload())
    world.media.put(_upload(video).key, b"bytes")

    _abort(world, video)

    assert world.media.objects == {}


def test_given_an_expired_upload_when_aborted_then_its_parts_are_gone_too(world: World):
    video = _announced(world)

    _abort(world, video, now=EPOCH + timedelta(days=3))

    assert world.media.multiparts == {}


def test_given_an_aborted_upload_when_aborted_again_then_it_looks_absent(world: World):
    video = _announced(world)
    _abort(world, video)

    with pytest.raises(NotFoundError):
        _abort(world, video)


def test_given_a_file_that_has_arrived_when_aborted_then_it_is_kept(world: World):
    video = _announced(world, make_new_upload())
    source = world.media.put(_upload(video).key, b"bytes")
    world.videos.save(video.arrived(source, "run-1", EPOCH))

    with pytest.raises(ConflictError, match=r"upload\.finished"):
        _abort(world, video)

    assert world.media.find(source.key) == source


def test_given_a_file_that_arrives_just_then_when_aborted_then_the_file_wins(world: World):
    video = _announced(world, make_new_upload())
    source = world.media.put(_upload(video).key, b"bytes")
    world.videos.before_save = lambda: world.videos.save(
        video.arrived(make_source(), "run-1", EPOCH)
    )

    with pytest.raises(ConflictError, match=r"upload\.finished"):
        _abort(world, video)

    assert _status(world, video) is VideoStatus.QUEUED
    assert world.media.find(source.key) == source


def test_given_another_user_s_upload_when_aborted_then_it_looks_absent_and_stays(world: World):
    video = _announced(world)

    with pytest.raises(NotFoundError):
        _abort(world, video, make_caller(STRANGER))

    assert _status(world, video) is VideoStatus.UPLOADING
    assert len(world.media.multiparts) == 1
