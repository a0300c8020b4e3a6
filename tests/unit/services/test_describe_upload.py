from __future__ import annotations

from datetime import timedelta

import pytest

from functions.domain.errors import ConflictError, GoneError, NotFoundError
from functions.services.ingests.uploads import (
    MIN_PART,
    UploadTicket,
    complete_upload,
    create_upload,
    describe_upload,
)
from functions.services.ownership import Caller
from tests.builders import STRANGER, make_caller, make_large_upload, make_new_upload, make_source
from tests.fakes.clock import EPOCH
from tests.fakes.world import LIMITS, World


def _announced(world: World, wanted=None) -> UploadTicket:
    return create_upload(
        make_caller(),
        wanted or make_large_upload(),
        videos=world.videos,
        deletions=world.deletions,
        media=world.media,
        limits=LIMITS,
        now=EPOCH,
    )


def _describe(world: World, video_id: str, caller: Caller | None = None, now=EPOCH) -> UploadTicket:
    return describe_upload(
        caller or make_caller(), video_id, videos=world.videos, media=world.media, now=now
    )


def _send(world: World, ticket: UploadTicket, number: int, size: int = MIN_PART) -> None:
    upload = ticket.video.upload
    assert upload
    assert upload.upload_id
    world.media.put_part(upload.key, upload.upload_id, number, b"x" * size)


def test_given_some_parts_when_described_then_addresses_are_for_the_missing_ones(world: World):
    ticket = _announced(world)
    _send(world, ticket, 2)

    described = _describe(world, ticket.video.video_id)

    assert [number for number, _ in described.part_urls] == [1, 3]
    assert [(part.number, part.size) for part in described.arrived] == [(2, MIN_PART)]


def test_given_all_parts_when_described_then_nothing_is_left_to_send(world: World):
    ticket = _announced(world)
    for number in (1, 2, 3):
        _send(world, ticket, number)

    described = _describe(world, ticket.video.video_id)

    assert described.part_urls == ()
    assert len(described.arrived) == 3


def test_given_a_small_file_when_described_then_its_address_is_given_again(world: World):
    ticket = _announced(world, make_new_upload())

    assert _describe(world, ticket.video.video_id).put_url == ticket.put_url


def test_given_a_joined_upload_whose_event_is_on_its_way_when_described_then_nothing_is_sent_again(
    world: World,
):
    # A page that is loaded again just then must not send the whole file to dead addresses.
    ticket = _announced(world)
    for number, size in ((1, MIN_PART), (2, MIN_PART), (3, MIN_PART // 2)):
        _send(world, ticket, number, size)
    complete_upload(
        make_caller(),
        ticket.video.video_id,
        videos=world.videos,
        media=world.media,
        now=EPOCH,
    )

    with pytest.raises(ConflictError, match=r"upload\.finished"):
        _describe(world, ticket.video.video_id)


def test_given_an_upload_past_its_time_when_described_then_it_is_gone(world: World):
    ticket = _announced(world)

    with pytest.raises(GoneError, match=r"upload\.expired"):
        _describe(world, ticket.video.video_id, now=EPOCH + timedelta(hours=25))


def test_given_a_file_that_has_arrived_when_described_then_that_is_said(world: World):
    video = _announced(world).video
    world.videos.save(video.arrived(make_source(), "run", EPOCH))

    with pytest.raises(ConflictError, match=r"upload\.finished"):
        _describe(world, video.video_id)


def test_given_an_aborted_upload_when_described_then_it_looks_absent(world: World):
    video = _announced(world).video
    world.videos.save(video.abort(EPOCH))

    with pytest.raises(NotFoundError, match=r"video\.not_found"):
        _describe(world, video.video_id)


def test_given_another_user_s_upload_when_described_then_it_looks_absent(world: World):
    ticket = _announced(world)
    with pytest.raises(NotFoundError) as foreign:
        _describe(world, ticket.video.video_id, make_caller(STRANGER))
    with pytest.raises(NotFoundError) as absent:
        _describe(world, "no-such-video")

    assert (foreign.value.code, foreign.value.detail) == (absent.value.code, absent.value.detail)
