from __future__ import annotations

import pytest

from functions.domain.errors import NotFoundError
from functions.domain.video import VideoStatus
from functions.services.ownership import own_segment, own_video
from tests.builders import STRANGER, VIDEO, make_caller, make_segment, make_video
from tests.fakes.world import World


def test_given_one_s_own_video_when_asked_for_then_it_is_given(world: World):
    world.videos.create(make_video())

    assert own_video(make_caller(), world.videos, VIDEO) == make_video()


def test_given_another_user_s_video_when_asked_for_then_it_is_told_as_an_absent_one_is(
    world: World,
):
    world.videos.create(make_video())
    with pytest.raises(NotFoundError) as foreign:
        own_video(make_caller(STRANGER), world.videos, VIDEO)
    with pytest.raises(NotFoundError) as absent:
        own_video(make_caller(STRANGER), world.videos, "no-such-video")

    assert str(foreign.value) == str(absent.value)


def test_given_an_aborted_upload_when_its_user_asks_for_it_then_it_is_told_as_absent(
    world: World,
):
    world.videos.create(make_video(status=VideoStatus.ABORTED))
    with pytest.raises(NotFoundError) as aborted:
        own_video(make_caller(), world.videos, VIDEO)
    with pytest.raises(NotFoundError) as absent:
        own_video(make_caller(), world.videos, "no-such-video")

    assert str(aborted.value) == str(absent.value)


def test_given_one_s_own_segment_when_asked_for_then_it_is_given(world: World):
    world.segments.add([make_segment()])

    assert own_segment(make_caller(), world.segments, make_segment().segment_id) == make_segment()


def test_given_another_user_s_segment_when_asked_for_then_it_is_told_as_an_absent_one_is(
    world: World,
):
    world.segments.add([make_segment()])
    with pytest.raises(NotFoundError) as foreign:
        own_segment(make_caller(STRANGER), world.segments, make_segment().segment_id)
    with pytest.raises(NotFoundError) as absent:
        own_segment(make_caller(STRANGER), world.segments, "no-such-segment")

    assert str(foreign.value) == str(absent.value)
