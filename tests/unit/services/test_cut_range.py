from __future__ import annotations

from dataclasses import replace

import pytest

from functions.domain.errors import MediaError, NotFoundError, StaleWriteError, UnavailableError
from functions.domain.segment import SegmentStatus
from tests.builders import (
    RANGE,
    make_media,
    make_pending,
    make_probe,
    make_probe_without_index,
    make_silent,
)
from tests.fakes.cutter import FakeCutter, WorkerKilledError
from tests.fakes.prober import FakeProber
from tests.fakes.ranges import KEYS, Ranges
from tests.fakes.world import World

KEYFRAMES = tuple(range(0, 60_000, 3_000))


def without_index(world: World) -> None:
    world.prober = FakeProber(make_probe_without_index(), keyframes=KEYFRAMES)


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


def test_given_a_range_when_cut_then_only_its_file_is_left(world: World):
    ranges = Ranges(world)
    ranges.made()

    assert ranges.objects() == {KEYS.target_key}
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


def test_given_a_killed_worker_when_cut_again_then_it_is_as_if_nothing_was(world: World):
    ranges = Ranges(world)
    ranges.plan()
    world.cutter = FakeCutter(die_after=0)
    with pytest.raises(WorkerKilledError):
        ranges.cut()
    assert ranges.row().status is SegmentStatus.PENDING

    world.cutter = FakeCutter()

    assert ranges.cut()
    assert ranges.row().version == 2


def test_given_a_worker_that_was_killed_before_the_row_when_cut_again_then_it_is_ready(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    ranges = Ranges(world)
    ranges.plan()

    def killed(*_: object) -> None:
        raise WorkerKilledError

    with monkeypatch.context() as patch:
        patch.setattr(world.segments, "save", killed)
        with pytest.raises(WorkerKilledError):
            ranges.cut()

    assert ranges.objects() == {KEYS.plan_key, KEYS.target_key}
    assert ranges.cut()
    assert ranges.objects() == {KEYS.target_key}


def test_given_a_ready_range_when_cut_again_then_it_is_left_alone(world: World):
    ranges = Ranges(world)
    row = ranges.made()

    assert ranges.cut()
    assert ranges.row() == row
    assert len(world.cutter.jobs) == 1
    assert ranges.objects() == {KEYS.target_key}


def test_given_an_edit_while_it_is_cut_when_recorded_then_the_edit_is_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    ranges = Ranges(world)
    ranges.plan()
    on_upload(
        world,
        monkeypatch,
        lambda: world.segments.save(ranges.row(), replace(ranges.row(), title="Better")),
    )

    assert ranges.cut()
    assert (ranges.row().title, ranges.row().status) == ("Better", SegmentStatus.READY)
    assert ranges.row().version == 3


def test_given_one_edit_after_another_when_recorded_then_it_gives_way_only_so_often(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    ranges = Ranges(world)
    ranges.plan()
    save = world.segments.save
    tries = []

    def late(before, after):
        tries.append(after)
        if len(tries) < 5:
            save(before, replace(before, title=f"Edit {len(tries)}"))
        return save(before, after)

    monkeypatch.setattr(world.segments, "save", late)

    assert ranges.cut()
    assert (ranges.row().title, len(tries)) == ("Edit 4", 5)


def test_given_edits_that_never_end_when_recorded_then_the_step_is_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    ranges = Ranges(world)
    ranges.plan()

    def stale(*_: object) -> None:
        raise StaleWriteError("The segment")

    monkeypatch.setattr(world.segments, "save", stale)

    with pytest.raises(StaleWriteError) as caught:
        ranges.cut()

    assert caught.value.retryable


def test_given_a_segment_that_was_deleted_while_it_was_cut_when_recorded_then_nothing_is_left(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    ranges = Ranges(world)
    ranges.plan()
    on_upload(world, monkeypatch, ranges.delete)

    assert ranges.cut() is False
    assert world.segments.get(RANGE) is None
    assert ranges.objects() == set()


def test_given_a_segment_that_was_deleted_before_when_cut_then_nothing_is_cut_or_left(
    world: World,
):
    ranges = Ranges(world)
    ranges.plan()
    # As an attempt leaves it that was killed after the upload.
    world.media.put(KEYS.target_key, b"half of it")
    ranges.delete()

    assert ranges.cut() is False
    assert world.cutter.jobs == []
    assert ranges.objects() == set()


def test_given_a_range_that_was_given_up_while_it_was_cut_when_recorded_then_it_stays_failed(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    ranges = Ranges(world)
    ranges.plan()
    on_upload(world, monkeypatch, ranges.fail)

    assert ranges.cut() is False
    assert ranges.row().status is SegmentStatus.FAILED
    assert ranges.objects() == set()


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


def test_given_a_range_too_far_in_to_be_read_when_time_is_up_then_it_is_not_tried_again(
    world: World,
):
    without_index(world)
    ranges = Ranges(world)
    ranges.plan()

    with pytest.raises(MediaError, match=r"range\.too_far"):
        ranges.cut(stop=lambda: True)


def on_upload(world: World, monkeypatch: pytest.MonkeyPatch, happens) -> None:
    """Something happens between the upload and the row."""
    upload = world.media.upload

    def and_then(*arguments):
        upload(*arguments)
        happens()

    monkeypatch.setattr(world.media, "upload", and_then)
