from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from functions.domain.errors import UnavailableError
from functions.domain.posts.post import Platform, new_post
from functions.domain.segments.segment import Segment, SegmentSource, SegmentStatus, SegmentType
from functions.services.segments.purge_segment import purge_segment
from tests.builders import (
    RANGE,
    USER,
    VIDEO,
    make_pending,
    make_segment,
    make_source,
    make_video,
)
from tests.fakes.clock import EPOCH
from tests.fakes.world import World


def _stored(world: World, **overrides: object) -> Segment:
    """A segment and its file."""
    segment = make_segment(**overrides)
    world.segments.create(segment)
    world.media.put(segment.s3_key, b"bytes")
    return segment


def _deleted(world: World, **overrides: object) -> Segment:
    segment = _stored(world, **overrides)
    world.segments.delete(segment, EPOCH)
    return segment


def _purge(world: World, segment: Segment) -> bool:
    return purge_segment(segment.segment_id, world.segments, world.media, world.videos, world.clock)


def _version_of_next(world: World, key: str) -> str | None:
    """The version that a file gets which is put there now: `v1` if nothing is left."""
    return world.media.put(key, b"later").version_id


def test_given_a_deleted_segment_when_purged_then_its_file_and_its_row_are_gone(world: World):
    segment = _deleted(world)

    assert _purge(world, segment) is True
    assert world.media.objects == {}
    assert world.segments.deleted(segment.segment_id) is None


def test_given_a_file_that_was_replaced_when_purged_then_its_older_versions_are_gone_too(
    world: World,
):
    segment = _deleted(world)
    world.media.put(segment.s3_key, b"another")

    _purge(world, segment)

    assert _version_of_next(world, segment.s3_key) == "v1"


def test_given_numbers_of_its_posts_when_purged_then_its_user_s_days_are_without_them(
    world: World,
):
    told = new_post(Platform.TIKTOK, "p-1", EPOCH).told({"views": 40}, EPOCH)
    segment = _stored(world)
    posted = make_segment(social_media_usage=(told,))
    saved = world.segments.save(segment, posted)
    day = EPOCH.date()
    assert world.counters.user_days(USER, day, day) != []
    world.segments.delete(saved, EPOCH + timedelta(hours=1))

    _purge(world, segment)

    assert world.counters.user_days(USER, day, day) == []


def test_given_a_purged_segment_when_purged_again_then_there_is_nothing_left_to_do(world: World):
    segment = _deleted(world)
    _purge(world, segment)
    later = world.media.put(segment.s3_key, b"of somebody else by now")

    assert _purge(world, segment) is False
    assert world.media.find(segment.s3_key) == later


@pytest.mark.parametrize("segment_id", ["no-such-segment", ""])
def test_given_an_unknown_segment_when_purged_then_nothing_happens(world: World, segment_id: str):
    assert (
        purge_segment(segment_id, world.segments, world.media, world.videos, world.clock) is False
    )


def test_given_a_segment_that_is_there_when_purged_then_it_stays_whole(world: World):
    """The stream also tells of writes of long ago, and a mark is all that counts."""
    segment = _stored(world)

    assert _purge(world, segment) is False
    assert world.segments.get(segment.segment_id) == segment
    assert world.media.find(segment.s3_key) is not None


def test_given_the_original_when_purged_then_the_video_s_source_stays(world: World):
    source = make_source()
    segment = _deleted(
        world, segment_type=SegmentType.ORIGINAL, segment_number=0, s3_key=source.key
    )

    assert _purge(world, segment) is True
    assert world.media.find(source.key) is not None
    assert world.segments.deleted(segment.segment_id) is None


@pytest.mark.parametrize("key", [f"work/{USER}/{VIDEO}/piece", "mediator/file", f"/media/{USER}"])
def test_given_a_key_of_another_place_when_purged_then_what_is_there_stays(world: World, key: str):
    segment = _deleted(world, s3_key=key)

    _purge(world, segment)

    assert world.media.find(key) is not None


def test_given_two_segments_of_a_video_when_one_is_purged_then_the_other_is_not_touched(
    world: World,
):
    other = _stored(world, segment_number=2)
    segment = _deleted(world)

    _purge(world, segment)

    assert set(world.media.objects) == {other.s3_key}
    assert world.segments.get(other.segment_id) == other


def test_given_a_bucket_that_is_down_when_purged_then_the_mark_stays_for_the_next_try(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    segment = _deleted(world)
    with monkeypatch.context() as patch:
        patch.setattr(world.media, "erase", _fail)
        with pytest.raises(UnavailableError):
            _purge(world, segment)
    assert world.segments.deleted(segment.segment_id) == segment

    assert _purge(world, segment) is True
    assert world.media.objects == {}


def test_given_a_table_that_is_down_when_purged_then_the_next_try_ends_it_without_the_file(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    segment = _deleted(world)
    with monkeypatch.context() as patch:
        patch.setattr(world.segments, "forget", _fail)
        with pytest.raises(UnavailableError):
            _purge(world, segment)
    assert world.media.objects == {}

    assert _purge(world, segment) is True
    assert world.segments.deleted(segment.segment_id) is None


def test_given_the_steps_of_a_purge_when_it_runs_then_the_row_goes_last(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    """The other way round, a worker that is killed between them leaves a file for ever."""
    segment = _deleted(world)
    steps: list[str] = []
    monkeypatch.setattr(world.media, "erase", lambda _: steps.append("file"))
    monkeypatch.setattr(world.segments, "forget", lambda _: steps.append("row"))

    _purge(world, segment)

    assert steps == ["file", "row"]


def _fail(*_: object) -> None:
    raise UnavailableError("dependency.unavailable", "It is down.")


def test_given_a_deleted_segment_when_purged_then_its_thumbnail_goes_with_it(world: World):
    picture = _stored(world, segment_type=SegmentType.THUMBNAIL)
    other = _stored(world, segment_type=SegmentType.THUMBNAIL, segment_number=2)
    segment = _deleted(world, thumbnail_id=picture.segment_id)

    _purge(world, segment)

    assert world.segments.get(picture.segment_id) is None
    assert world.segments.deleted(picture.segment_id) == picture
    assert world.segments.get(other.segment_id) == other


def test_given_a_deleted_range_when_purged_then_all_of_its_folder_is_gone_and_nothing_beside(
    world: World,
):
    """Also what its row does not tell of, since it was not ready."""
    range_ = make_pending()
    world.segments.create(range_)
    folder = f"media/{USER}/{VIDEO}/{RANGE}"
    for name in ("/plan.json", "/segment.mp4", "/thumbnail.jpg", "-2/segment.mp4"):
        world.media.put(f"{folder}{name}", b"bytes")
    world.segments.delete(range_, EPOCH)

    _purge(world, range_)

    assert set(world.media.objects) == {f"{folder}-2/segment.mp4"}


def test_given_the_thumbnail_of_a_range_when_purged_then_the_range_keeps_its_file(world: World):
    range_ = make_pending(status=SegmentStatus.READY, thumbnail_id="picture")
    world.segments.create(range_)
    folder = f"media/{USER}/{VIDEO}/{RANGE}"
    for name in ("segment.mp4", "thumbnail.jpg"):
        world.media.put(f"{folder}/{name}", b"bytes")
    picture = _deleted(
        world,
        segment_id="picture",
        segment_type=SegmentType.THUMBNAIL,
        source=SegmentSource.RANGE,
        s3_key=f"{folder}/thumbnail.jpg",
        thumbnail_of=RANGE,
    )

    _purge(world, picture)

    assert set(world.media.objects) == {f"{folder}/segment.mp4"}
    left = world.segments.get(RANGE)
    assert left
    assert left.thumbnail_id is None


def test_given_an_edit_at_the_same_moment_when_its_thumbnail_is_taken_down_then_both_are_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    segment = _stored(world, thumbnail_id="picture")
    picture = _deleted(
        world,
        segment_id="picture",
        segment_type=SegmentType.THUMBNAIL,
        thumbnail_of=segment.segment_id,
    )
    save = world.segments.save

    def late(before: Segment, after: Segment) -> Segment:
        monkeypatch.setattr(world.segments, "save", save)
        save(before, replace(before, title="Better"))
        return save(before, after)

    monkeypatch.setattr(world.segments, "save", late)

    _purge(world, picture)

    left = world.segments.get(segment.segment_id)
    assert left
    assert (left.title, left.thumbnail_id) == ("Better", None)


def test_given_the_poster_of_a_video_when_purged_then_the_video_has_none(world: World):
    segment = _deleted(world, segment_type=SegmentType.THUMBNAIL, segment_number=0)
    world.videos.create(make_video(poster_id=segment.segment_id))

    _purge(world, segment)

    assert world.video().poster_id is None


def test_given_another_thumbnail_when_purged_then_the_poster_stays(world: World):
    segment = _deleted(world, segment_type=SegmentType.THUMBNAIL, segment_number=1)
    world.videos.create(make_video(poster_id="another"))

    _purge(world, segment)

    assert world.video().poster_id == "another"
