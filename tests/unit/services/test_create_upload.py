from __future__ import annotations

from datetime import timedelta
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.domain.errors import ConflictError, GoneError, InvalidInputError, TooLargeError
from functions.domain.keys import upload_key
from functions.domain.tiers import Tier
from functions.domain.video import VideoStatus
from functions.handlers.api.models.uploads import MAX_UPLOAD
from functions.services.ingests.uploads import (
    MAX_PARTS,
    MIB,
    MIN_PART,
    SINGLE_PUT_MAX,
    UploadTicket,
    create_upload,
    object_metadata,
    part_size,
)
from tests.builders import (
    STRANGER,
    USER,
    make_caller,
    make_large_upload,
    make_new_upload,
    make_source,
)
from tests.environment import TIERS
from tests.fakes.clock import EPOCH
from tests.fakes.world import LIMITS, World

# What S3 takes: at most so many parts of an upload, and so many bytes of a part.
S3_PARTS = 10_000
S3_PART = 5 * 1024**3


def _create(world: World, wanted=None, caller=None, **more) -> UploadTicket:
    return create_upload(
        caller or make_caller(),
        wanted or make_new_upload(),
        videos=world.videos,
        deletions=world.deletions,
        media=world.media,
        limits=LIMITS,
        now=EPOCH,
        **more,
    )


def test_given_a_small_file_when_announced_then_there_is_one_address_for_all_of_it(world: World):
    ticket = _create(world)

    assert ticket.put_url is not None
    assert upload_key(USER, ticket.video.video_id) in ticket.put_url
    assert "length=5000" in ticket.put_url
    assert (ticket.part_urls, ticket.arrived) == ((), ())


def test_given_an_announcement_when_made_then_the_video_is_kept_as_the_user_described_it(
    world: World,
):
    wanted = make_new_upload()

    video = world.videos.get(_create(world, wanted).video.video_id)

    assert video is not None
    assert (video.user_id, video.status) == (USER, VideoStatus.UPLOADING)
    assert (video.file_name, video.title) == (wanted.file_name, wanted.title)
    assert (video.declared_size, video.segmentation) == (wanted.size, wanted.segmentation)
    assert video.upload is not None
    assert video.upload.expires_at == EPOCH + timedelta(hours=24)


def test_given_a_large_file_when_announced_then_each_part_has_an_address_of_its_own(world: World):
    ticket = _create(world, make_large_upload())

    assert ticket.put_url is None
    assert [number for number, _ in ticket.part_urls] == [1, 2, 3]
    assert len({url for _, url in ticket.part_urls}) == 3
    assert all(f"partNumber={number}" in url for number, url in ticket.part_urls)


def test_given_a_file_at_the_border_when_announced_then_only_a_larger_one_goes_in_parts(
    world: World,
):
    single = _create(world, make_new_upload(size=SINGLE_PUT_MAX))
    parted = _create(world, make_new_upload(size=SINGLE_PUT_MAX + 1))

    assert single.put_url is not None
    assert [number for number, _ in parted.part_urls] == [1, 2]


def test_given_two_announcements_when_made_then_they_are_two_videos(world: World):
    assert _create(world).video.video_id != _create(world).video.video_id


def test_given_a_key_when_announced_twice_then_it_is_one_video_and_one_multipart_upload(
    world: World,
):
    first = _create(world, make_large_upload(), key="k-1")
    second = _create(world, make_large_upload(), key="k-1")

    assert second.video == first.video
    assert len(world.media.multiparts) == 1


def test_given_the_same_key_of_two_users_when_announced_then_each_has_a_video(world: World):
    mine = _create(world, key="k-1")
    theirs = _create(world, caller=make_caller(STRANGER), key="k-1")

    assert mine.video.video_id != theirs.video.video_id


def test_given_two_requests_with_a_key_at_once_when_both_create_then_both_get_the_one_upload(
    world: World,
):
    first: list[UploadTicket] = []
    world.videos.before_create = lambda: first.append(_create(world, make_large_upload(), key="k"))

    second = _create(world, make_large_upload(), key="k")

    assert second.video == first[0].video
    assert second.part_urls == first[0].part_urls


def test_given_a_key_of_an_aborted_upload_when_announced_again_then_it_is_gone(world: World):
    video = _create(world, key="k-1").video
    world.videos.save(video.abort(EPOCH))

    with pytest.raises(GoneError):
        _create(world, key="k-1")


def test_given_a_key_whose_file_has_arrived_when_announced_again_then_that_is_said(world: World):
    video = _create(world, key="k-1").video
    world.videos.save(video.arrived(make_source(), "run", EPOCH))

    with pytest.raises(ConflictError, match=r"upload\.finished"):
        _create(world, key="k-1")


def test_given_a_file_above_the_tier_s_limit_when_announced_then_nothing_is_opened(world: World):
    wanted = make_new_upload(size=TIERS["free"]["max_bytes"] + 1)

    with pytest.raises(TooLargeError):
        _create(world, wanted, make_caller(tier=Tier.FREE))

    assert world.videos.all() == []
    assert world.media.multiparts == {}


@pytest.mark.parametrize("name", ["plain.mp4", "Ä ö+%.mp4", "🎬.mp4", 'a"b\r\nX-Evil: 1'])
def test_given_any_file_name_when_it_becomes_a_header_then_it_is_ascii_and_comes_back(name: str):
    header = object_metadata(name)["file-name"]

    assert header.isascii()
    assert header.isprintable()
    assert " " not in header
    assert unquote(header) == name


@given(st.integers(min_value=SINGLE_PUT_MAX + 1, max_value=MAX_UPLOAD))
def test_given_any_size_when_shared_out_then_parts_are_whole_mib_and_not_too_many(size: int):
    part = part_size(size)

    assert part >= MIN_PART
    assert part % MIB == 0
    assert -(-size // part) <= MAX_PARTS <= S3_PARTS


@given(st.integers(min_value=SINGLE_PUT_MAX + 1, max_value=MAX_UPLOAD))
def test_given_any_size_when_shared_out_then_the_bucket_takes_each_part(size: int):
    assert part_size(size) <= S3_PART


def test_given_a_key_of_another_upload_when_announced_then_it_is_refused(world: World):
    _create(world, make_new_upload(file_name="one.mp4"), key="k-1")

    with pytest.raises(InvalidInputError, match=r"idempotency\.key_reused"):
        _create(world, make_new_upload(file_name="two.mp4"), key="k-1")
