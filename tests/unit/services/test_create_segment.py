from __future__ import annotations

from typing import Any

import pytest

from functions.domain.errors import ConflictError, InvalidInputError, NotFoundError
from functions.domain.segments.segment import Segment, SegmentSource, SegmentStatus, SegmentType
from functions.domain.video import VideoStatus
from functions.services.segments.create_segment import NewSegment, create_segment, next_numbers
from tests.builders import (
    STRANGER,
    USER,
    VIDEO,
    make_caller,
    make_media,
    make_queued_video,
    make_segment,
    make_source,
)
from tests.fakes.clock import EPOCH
from tests.fakes.world import World

RANGE = NewSegment(video_id=VIDEO, start=12_500, end=31_000, title="Best", tags=("a",))
WHOLE = NewSegment(video_id=VIDEO)


@pytest.fixture
def world() -> World:
    made = World()
    made.videos.create(make_queued_video(media=make_media(), content_type="video/mp4"))
    return made


def _create(world: World, wanted: NewSegment, user: str = USER, **more: Any) -> Segment:
    return create_segment(
        make_caller(user),
        wanted,
        segments=world.segments,
        videos=world.videos,
        media=world.media,
        now=EPOCH,
        **more,
    )


def test_given_a_range_when_created_then_its_row_waits_for_a_file_of_its_own(world: World):
    made = _create(world, RANGE)

    assert (made.source, made.status) == (SegmentSource.RANGE, SegmentStatus.PENDING)
    assert (made.start, made.end, made.title, made.tags) == (12_500, 31_000, "Best", ("a",))
    assert (made.duration, made.actual_start, made.frame_count) == (None, None, None)
    assert made.s3_key == f"media/{USER}/{VIDEO}/{made.segment_id}/segment"
    assert world.segments.get(made.segment_id) == made


def test_given_a_range_when_created_then_no_cut_is_started_here(world: World):
    # The table's stream starts it, so that it cannot be lost between the two.
    _create(world, RANGE)

    assert world.range_cuts.calls == 0


def test_given_a_range_from_the_very_start_when_created_then_it_is_a_range(world: World):
    made = _create(world, NewSegment(video_id=VIDEO, start=0, end=1))

    assert (made.source, made.start) == (SegmentSource.RANGE, 0)


def test_given_a_whole_upload_when_created_then_it_shows_the_video_s_own_file(world: World):
    made = _create(world, WHOLE)

    assert (made.source, made.status) == (SegmentSource.UPLOAD, SegmentStatus.READY)
    assert (made.s3_key, made.file_size) == (make_source().key, make_source().size)
    assert (made.start, made.end, made.actual_start, made.actual_end) == (0, 60_000, 0, 60_000)
    assert (made.width, made.height, made.content_type) == (1080, 1920, "video/mp4")


def test_given_an_upload_without_a_picture_when_created_then_it_has_no_size(world: World):
    media = make_media(video=None)
    world.videos.create(make_queued_video(video_id="sound", media=media, content_type=None))

    made = _create(world, NewSegment(video_id="sound"))

    assert (made.width, made.height) == (None, None)
    assert made.content_type == "application/octet-stream"


def test_given_a_range_when_it_ends_with_the_video_then_it_is_taken(world: World):
    assert _create(world, NewSegment(video_id=VIDEO, start=0, end=60_000)).end == 60_000


def test_given_a_range_beyond_the_end_when_created_then_its_end_is_named(world: World):
    with pytest.raises(InvalidInputError) as refused:
        _create(world, NewSegment(video_id=VIDEO, start=0, end=60_001))

    assert [(wrong.pointer, wrong.code) for wrong in refused.value.fields] == [
        ("/end", "beyond_end")
    ]
    assert world.segments.all() == []


@pytest.mark.parametrize("lacking", [{"media": None}, {"source": None}])
def test_given_a_video_that_was_not_read_yet_when_created_then_it_is_a_conflict(
    world: World, lacking: dict[str, None]
):
    fresh = {"video_id": "fresh", "media": make_media(), **lacking}
    world.videos.create(make_queued_video(**fresh))

    with pytest.raises(ConflictError):
        _create(world, NewSegment(video_id="fresh"))


def test_given_another_user_s_or_an_aborted_video_when_created_then_there_is_none(world: World):
    world.videos.create(make_queued_video(video_id="gone", status=VideoStatus.ABORTED))

    with pytest.raises(NotFoundError):
        _create(world, RANGE, STRANGER)
    with pytest.raises(NotFoundError):
        _create(world, NewSegment(video_id="gone"))


def test_given_a_key_when_created_again_then_it_is_the_segment_that_is_there(world: World):
    first = _create(world, RANGE, key="k")

    assert _create(world, RANGE, key="k") == first
    assert world.segments.writes == 1


def test_given_other_keys_and_none_when_created_then_each_is_another(world: World):
    made = [_create(world, RANGE, key=key) for key in ("k", "l", None, None)]

    assert len({segment.segment_id for segment in made}) == 4


def test_given_segments_of_several_kinds_when_numbered_then_each_kind_counts_on(world: World):
    world.segments.add([make_segment(segment_number=4)])
    other = NewSegment(video_id="other", start=0, end=1)

    assert next_numbers([RANGE, WHOLE, RANGE, other, RANGE], world.segments) == [5, 1, 6, 1, 7]


def test_given_a_number_when_created_then_it_has_it(world: World):
    made = _create(world, RANGE, number=9)

    assert (made.segment_type, made.segment_number) == (SegmentType.PROCESSED, 9)
