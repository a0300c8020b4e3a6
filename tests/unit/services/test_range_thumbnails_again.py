"""A range and its thumbnail agree, whoever is killed between two writes and whatever users do
meanwhile."""

from __future__ import annotations

import pytest

from functions.domain.segments.segment import SegmentStatus, SegmentType
from functions.services.cutting.fail_range import fail_range
from tests.builders import RANGE
from tests.fakes.cutter import WorkerKilledError
from tests.fakes.disturbed import (
    COUNT,
    before_write,
    cut_as_a_machine_does,
    die,
    killed,
    kinds,
    require_agreement,
    require_nothing,
)
from tests.fakes.ranges import KEYS, THUMBNAIL, THUMBNAIL_KEY, Ranges
from tests.fakes.world import World

each_write = pytest.mark.parametrize("at", range(COUNT))


def test_given_a_range_when_cut_then_files_come_before_rows_and_the_range_s_own_comes_last(
    world: World,
):
    ranges = Ranges(world)
    ranges.plan()

    with before_write(world, COUNT, die) as seen:
        ranges.cut()

    assert seen == ["upload", "upload", "create", "save", "erase"]


@each_write
def test_given_a_worker_killed_before_any_write_when_cut_again_then_all_is_there_once(
    world: World, at: int
):
    ranges = killed(world, at)

    assert ranges.cut()
    require_agreement(ranges)
    assert ranges.row().thumbnail_id == THUMBNAIL
    assert kinds(world) == [SegmentType.PROCESSED, SegmentType.THUMBNAIL]


@each_write
def test_given_a_killed_worker_and_a_deleted_range_when_cut_again_then_nothing_is_left(
    world: World, at: int
):
    ranges = killed(world, at)
    ranges.delete()

    assert ranges.cut() is False
    ranges.follow()
    require_nothing(ranges)
    assert kinds(world) == []


@pytest.mark.parametrize("planned", [True, False])
@pytest.mark.parametrize("at", range(COUNT - 1))
def test_given_a_killed_worker_when_the_range_fails_then_nothing_but_the_failure_is_left(
    world: World, at: int, planned: bool
):
    """Without keys, where the execution was stopped."""
    ranges = killed(world, at)

    fail_range(
        world.context, segment_id=RANGE, code=None, detail=None, keys=KEYS if planned else None
    )
    ranges.follow()
    assert ranges.row().status is SegmentStatus.FAILED
    require_nothing(ranges)
    assert kinds(world) == [SegmentType.PROCESSED]


@pytest.mark.parametrize("event", ["range deleted", "thumbnail deleted", "given up"])
@pytest.mark.parametrize("followed", [True, False])
@each_write
def test_given_anything_that_happens_between_two_writes_when_all_is_over_then_all_agrees(
    world: World, at: int, followed: bool, event: str
):
    """`followed` where the stream is read before the worker goes on."""
    ranges = Ranges(world)
    ranges.plan()

    def happens() -> None:
        picture = ranges.thumbnail()
        if event == "range deleted":
            ranges.delete()
        elif event == "given up":
            ranges.fail()
        elif picture:
            world.segments.delete(picture, world.clock())
        if followed:
            ranges.follow()

    with before_write(world, at, happens):
        cut_as_a_machine_does(ranges)
    ranges.follow()

    require_agreement(ranges)


@pytest.mark.parametrize("followed", [True, False])
@each_write
def test_given_a_second_worker_between_two_writes_of_the_first_when_both_are_over_then_all_agrees(
    world: World, at: int, followed: bool
):
    """And the thumbnail is deleted when the second is done, before the first goes on."""
    ranges = Ranges(world)
    ranges.plan()

    def happens() -> None:
        cut_as_a_machine_does(ranges)
        picture = ranges.thumbnail()
        assert picture
        world.segments.delete(picture, world.clock())
        if followed:
            ranges.follow()

    with before_write(world, at, happens):
        cut_as_a_machine_does(ranges)
    ranges.follow()

    require_agreement(ranges)
    assert ranges.row().thumbnail_id is None


@each_write
def test_given_a_deleted_range_whose_cut_is_never_gone_on_with_when_purged_then_nothing_stays(
    world: World, at: int
):
    """Its row tells neither of a file nor of a thumbnail: the range was not ready."""
    ranges = killed(world, at)
    ranges.delete()

    ranges.follow()

    assert kinds(world) == []
    require_nothing(ranges)


def test_given_a_late_worker_killed_after_its_picture_when_cut_again_then_the_picture_is_gone(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    """The range was made by another, and its thumbnail deleted."""
    ranges = Ranges(world)
    ranges.plan()

    def happens() -> None:
        ranges.made()
        picture = ranges.thumbnail()
        assert picture
        world.segments.delete(picture, world.clock())
        ranges.follow()
        monkeypatch.setattr(world.segments, "add", lambda _: die())

    with before_write(world, 1, happens), pytest.raises(WorkerKilledError):
        ranges.cut()
    assert ranges.objects() == {KEYS.target_key, THUMBNAIL_KEY}

    assert ranges.cut()
    require_agreement(ranges)
    assert ranges.objects() == {KEYS.target_key}
