from __future__ import annotations

import pytest

from functions.domain.cutting.exactness import CutReason, EncodeTarget
from functions.domain.errors import MediaError, NotFoundError, UnavailableError
from functions.domain.media.reach import Reach
from functions.domain.segments.segment import SegmentStatus
from tests.builders import (
    make_media,
    make_pending,
    make_probe,
    make_probe_without_index,
    make_silent,
)
from tests.fakes.cutter import FakeCutter
from tests.fakes.prober import FakeProber
from tests.fakes.ranges import KEYS, THUMBNAIL_KEY, Ranges
from tests.fakes.world import World

KEYFRAMES = tuple(range(0, 60_000, 3_000))


def without_index(world: World, place: Reach | None = None) -> None:
    world.prober = FakeProber(make_probe_without_index(), keyframes=KEYFRAMES, place=place)


def test_given_a_planned_range_when_cut_then_its_segment_is_ready_with_what_was_measured(
    world: World,
):
    ranges = Ranges(world)
    keys = ranges.plan()

    assert ranges.cut(keys=keys)
    row = ranges.row()
    assert row.status is SegmentStatus.READY
    assert (row.start, row.end) == (11_000, 13_000)
    assert (row.actual_start, row.actual_end, row.duration) == (10_000, 14_000, 4_000)
    assert (row.frame_count, row.has_sound, row.width, row.height) == (100, True, 1080, 1920)
    assert (row.s3_key, row.content_type) == (KEYS.target_key, "video/mp4")
    assert row.file_size == len(world.media.objects[KEYS.target_key])
    assert world.media.content_types[KEYS.target_key] == "video/mp4"
    assert (row.title, row.created_at) == ("The good part", make_pending().created_at)
    assert row.updated_at == world.clock.now


def test_given_a_range_when_cut_then_only_its_file_and_its_thumbnail_are_left(world: World):
    ranges = Ranges(world)
    ranges.made()

    assert ranges.objects() == {KEYS.target_key, THUMBNAIL_KEY}
    assert not [key for key in world.media.objects if key.startswith("work/")]


def test_given_a_source_without_an_index_when_cut_then_what_comes_before_is_thrown_away(
    world: World,
):
    without_index(world)
    row = Ranges(world).made()

    assert world.cutter.cut_numbers == [1, 2]
    assert (row.actual_start, row.actual_end) == (9_000, 15_000)


def test_given_a_file_that_is_waited_for_when_cut_then_the_tool_is_never_held(world: World):
    Ranges(world).made()

    assert world.cutter.jobs[0].disk_budget > 2**60


def test_given_a_silent_video_when_cut_then_the_segment_says_so(world: World):
    world.prober = FakeProber(make_silent(make_probe()))

    assert Ranges(world).made().has_sound is False


def test_given_sound_alone_when_cut_then_it_has_no_frames_and_no_size(world: World):
    world.prober = FakeProber(make_probe(media=make_media(video=None)))
    ranges = Ranges(world)

    assert ranges.cut(keys=ranges.plan())
    row = ranges.row()
    assert (row.content_type, row.frame_count, row.width) == ("audio/mp4", None, None)
    assert (row.actual_start, row.actual_end) == (10_875, 13_125)


def test_given_a_video_that_is_gone_when_cut_then_trying_again_is_no_use(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    ranges = Ranges(world)
    ranges.plan()
    monkeypatch.setattr(world.videos, "get", lambda _: None)

    with pytest.raises(NotFoundError, match=r"video\.not_found"):
        ranges.cut()


@pytest.mark.parametrize("short", [{2: 2_900}, {}])
def test_given_an_indexed_source_that_ends_early_when_cut_then_a_later_try_may_help(
    world: World, short: dict[int, int]
):
    """Short by most of what was asked, or not there at all."""
    world.cutter = FakeCutter(short=short, end_after=None if short else 0)
    ranges = Ranges(world, end=13_900)
    ranges.plan()

    with pytest.raises(UnavailableError, match=r"cut\.short_read"):
        ranges.cut()

    assert ranges.row().status is SegmentStatus.PENDING


def test_given_a_source_without_an_index_that_ends_early_when_cut_then_the_user_is_told(
    world: World,
):
    without_index(world)
    world.cutter = FakeCutter(end_after=1)
    ranges = Ranges(world)
    ranges.plan()

    with pytest.raises(MediaError, match=r"media\.truncated"):
        ranges.cut()


def test_given_no_time_left_when_cut_then_a_later_try_may_help(world: World):
    ranges = Ranges(world)
    ranges.plan()

    with pytest.raises(UnavailableError, match=r"cut\.too_slow"):
        ranges.cut(stop=lambda: True)


def test_given_a_place_in_a_source_without_an_index_when_cut_then_only_it_is_read(world: World):
    place = Reach(first=10, last=20, size=30)
    without_index(world, place)
    ranges = Ranges(world)
    ranges.plan()

    assert ranges.cut()
    assert [job.reach for job in world.cutter.jobs] == [place]
    assert [segment.number for segment in world.cutter.jobs[0].segments] == [1, 2]


def test_given_a_place_in_a_source_without_an_index_when_time_is_up_then_a_later_try_may_help(
    world: World,
):
    without_index(world, Reach(first=10, last=20, size=30))
    ranges = Ranges(world)
    ranges.plan()

    with pytest.raises(UnavailableError, match=r"cut\.too_slow"):
        ranges.cut(stop=lambda: True)


def test_given_a_range_too_far_in_to_be_read_when_time_is_up_then_it_is_not_tried_again(
    world: World,
):
    without_index(world)
    ranges = Ranges(world)
    ranges.plan()

    with pytest.raises(MediaError, match=r"range\.too_far"):
        ranges.cut(stop=lambda: True)


def test_given_a_range_to_cut_at_the_frame_when_cut_then_it_is_just_what_was_asked(world: World):
    ranges = Ranges(world, cut="accurate", target=EncodeTarget(height=360))
    world.cutter.size = (202, 360)

    row = ranges.made()

    assert (row.actual_start, row.actual_end) == (11_000, 13_000)
    assert (row.cut, row.cut_reason, row.width, row.height) == ("accurate", None, 202, 360)
    assert world.cutter.jobs[0].plan.target == EncodeTarget(height=360)


def test_given_a_range_that_cannot_be_cut_smartly_when_cut_then_it_says_why(world: World):
    ranges = Ranges(world, cut="smart")
    world.cutter.reasons = {2: CutReason.OPEN_GROUPS}

    row = ranges.made()

    assert (row.cut, row.cut_reason) == ("accurate", "open_groups")
