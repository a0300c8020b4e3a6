from __future__ import annotations

from datetime import timedelta

import pytest

from functions.domain.errors import ConflictError, GoneError, InvalidInputError, NotFoundError
from functions.domain.video import Upload, Video, VideoStatus
from functions.services.ingests.uploads import MIN_PART, NewUpload, complete_upload, create_upload
from tests.builders import STRANGER, make_caller, make_large_upload, make_new_upload, make_source
from tests.fakes.clock import EPOCH
from tests.fakes.world import LIMITS, World

WHOLE = {1: MIN_PART, 2: MIN_PART, 3: MIN_PART // 2}
SIZE = sum(WHOLE.values())


def _announced(world: World, wanted: NewUpload | None = None) -> Video:
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


def _send(world: World, video: Video, sizes: dict[int, int]) -> None:
    upload = _upload(video)
    assert upload.upload_id
    for number, size in sizes.items():
        world.media.put_part(upload.key, upload.upload_id, number, bytes([number]) * size)


def _complete(world: World, video: Video, caller=None, now=EPOCH) -> Video:
    return complete_upload(
        caller or make_caller(), video.video_id, videos=world.videos, media=world.media, now=now
    )


def test_given_every_part_when_completed_then_the_object_holds_them_in_order(world: World):
    video = _announced(world)
    _send(world, video, {3: WHOLE[3], 1: WHOLE[1], 2: WHOLE[2]})

    _complete(world, video)

    body = world.media.objects[_upload(video).key]
    assert [body[0], body[MIN_PART], body[-1], len(body)] == [1, 2, 3, SIZE]


def test_given_a_completed_upload_when_completed_again_then_nothing_changes(world: World):
    video = _announced(world)
    _send(world, video, WHOLE)
    first = _complete(world, video)
    stored = world.media.find(_upload(video).key)

    assert _complete(world, video) == first
    assert world.media.find(_upload(video).key) == stored


def test_given_a_missing_part_when_completed_then_it_is_named_and_the_upload_stays_open(
    world: World,
):
    video = _announced(world)
    _send(world, video, {1: WHOLE[1]})

    with pytest.raises(ConflictError, match=r"2 parts are missing: 2, 3\.") as caught:
        _complete(world, video)

    assert caught.value.code == "upload.incomplete"
    assert world.media.find(_upload(video).key) is None
    _send(world, video, {2: WHOLE[2], 3: WHOLE[3]})
    _complete(world, video)
    assert world.media.find(_upload(video).key) is not None


def test_given_other_bytes_than_announced_when_completed_then_both_numbers_are_told(world: World):
    video = _announced(world)
    _send(world, video, {**WHOLE, 3: 1})

    with pytest.raises(InvalidInputError, match=rf"{2 * MIN_PART + 1} bytes.*{SIZE}") as caught:
        _complete(world, video)

    assert caught.value.code == "upload.size_mismatch"
    assert world.media.find(_upload(video).key) is None


def test_given_a_part_too_many_when_completed_then_the_size_does_not_match(world: World):
    video = _announced(world)
    _send(world, video, {**WHOLE, 4: 10})

    with pytest.raises(InvalidInputError):
        _complete(world, video)


def test_given_a_single_put_that_has_arrived_when_completed_then_it_is_accepted(world: World):
    video = _announced(world, make_new_upload())
    world.media.put(_upload(video).key, b"bytes")

    assert _complete(world, video).status is VideoStatus.UPLOADING


def test_given_a_single_put_that_is_on_its_way_when_completed_then_that_is_said(world: World):
    video = _announced(world, make_new_upload())

    with pytest.raises(ConflictError, match=r"upload\.incomplete"):
        _complete(world, video)


def test_given_a_run_that_has_begun_when_completed_again_then_the_video_is_shown(world: World):
    video = _announced(world)
    running = world.videos.save(video.arrived(make_source(), "run-1", EPOCH))

    assert _complete(world, video) == running


def test_given_an_upload_past_its_time_when_completed_then_it_is_gone(world: World):
    video = _announced(world)
    _send(world, video, WHOLE)

    with pytest.raises(GoneError, match=r"upload\.expired"):
        _complete(world, video, now=EPOCH + timedelta(hours=24, seconds=1))


def test_given_another_user_s_upload_when_completed_then_it_looks_absent(world: World):
    video = _announced(world)
    _send(world, video, WHOLE)

    with pytest.raises(NotFoundError, match=r"video\.not_found"):
        _complete(world, video, make_caller(STRANGER))

    assert world.media.find(_upload(video).key) is None
