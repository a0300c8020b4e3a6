"""The thumbnail of a range: as that of a planned segment, and gone when the range goes."""

from __future__ import annotations

import pytest

from functions.domain.errors import UnavailableError
from functions.domain.segments.segment import SegmentSource, SegmentStatus, SegmentType
from tests.builders import RANGE, USER, VIDEO, make_media, make_pending, make_probe
from tests.fakes.prober import FakeProber
from tests.fakes.ranges import KEYS, THUMBNAIL, THUMBNAIL_KEY, Ranges
from tests.fakes.world import World


def test_given_a_range_when_cut_then_it_has_a_thumbnail_as_planned_segments_have(world: World):
    ranges = Ranges(world)
    row = ranges.made()

    picture = ranges.thumbnail()
    assert picture
    assert row.thumbnail_id == picture.segment_id == THUMBNAIL
    assert picture.thumbnail_of == RANGE
    assert (picture.user_id, picture.video_id) == (USER, VIDEO)
    assert (picture.segment_type, picture.source) == (SegmentType.THUMBNAIL, SegmentSource.RANGE)
    assert (picture.segment_number, picture.start, picture.end) == (1, 11_000, 13_000)
    assert (picture.s3_key, picture.content_type) == (THUMBNAIL_KEY, "image/jpeg")
    assert picture.file_size == len(world.media.objects[THUMBNAIL_KEY])
    assert world.media.content_types[THUMBNAIL_KEY] == "image/jpeg"
    assert (picture.status, picture.title) == (SegmentStatus.READY, None)
    assert make_pending().created_at < picture.created_at < row.updated_at


def test_given_sound_alone_when_a_range_of_it_is_cut_then_it_has_no_thumbnail(world: World):
    world.prober = FakeProber(make_probe(media=make_media(video=None)))
    ranges = Ranges(world)

    assert ranges.cut(keys=ranges.plan())
    assert ranges.row().thumbnail_id is None
    assert world.of_kind(SegmentType.THUMBNAIL) == []
    assert not [key for key in ranges.objects() if key.endswith(".jpg")]


def test_given_a_ready_range_when_deleted_then_its_thumbnail_goes_with_it(world: World):
    ranges = Ranges(world)
    ranges.made()

    ranges.delete()
    ranges.follow()

    assert ranges.objects() == set()
    assert world.of_kind(SegmentType.THUMBNAIL) == []
    assert world.segments.marked() == []


def test_given_a_ready_range_when_its_thumbnail_is_deleted_then_the_range_has_none(world: World):
    ranges = Ranges(world)
    row = ranges.made()
    picture = ranges.thumbnail()
    assert picture

    world.segments.delete(picture, world.clock())
    ranges.follow()

    assert ranges.row().thumbnail_id is None
    assert ranges.row().version == row.version + 1
    assert ranges.objects() == {KEYS.target_key}


def test_given_a_link_that_was_taken_down_when_the_thumbnail_is_purged_then_it_is_not_written_again(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    """As after a purge that did not come to its end."""
    ranges = Ranges(world)
    ranges.made()
    picture = ranges.thumbnail()
    assert picture
    world.segments.delete(picture, world.clock())
    with monkeypatch.context() as patch:
        patch.setattr(world.segments, "forget", _fail)
        with pytest.raises(UnavailableError):
            ranges.follow()
    row = ranges.row()
    assert row.thumbnail_id is None

    ranges.follow()

    assert ranges.row() == row


def _fail(*_: object) -> None:
    raise UnavailableError("dependency.unavailable", "It is down.")
