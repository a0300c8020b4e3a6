from __future__ import annotations

from dataclasses import replace

import pytest

from functions.domain.failure import Failure
from functions.domain.segments.segment import SegmentStatus
from functions.services.cutting.fail_range import fail_range
from tests.builders import RANGE, USER, VIDEO
from tests.fakes.ranges import KEYS, THUMBNAIL_KEY, Ranges
from tests.fakes.world import World


def test_given_a_pending_range_when_it_fails_then_its_segment_says_why(world: World):
    ranges = Ranges(world)

    failure = ranges.fail()

    assert failure == Failure(code="media.cannot_cut", detail="No.", stage="cut")
    row = ranges.row()
    assert (row.status, row.error) == (SegmentStatus.FAILED, failure)
    assert (row.title, row.updated_at) == ("The good part", world.clock.now)


def test_given_an_error_that_is_not_ours_when_it_fails_then_the_user_is_told_what_to_do(
    world: World,
):
    failure = Ranges(world).fail(code=None, detail=None)

    assert failure
    assert failure.code == "cut.internal"
    assert failure.ours
    assert "ask for the range again" in failure.detail


def test_given_a_failed_range_when_it_fails_again_then_the_first_reason_stays(world: World):
    ranges = Ranges(world)
    first = ranges.fail()
    row = ranges.row()

    assert ranges.fail(code=None) == first
    assert ranges.row() == row


def test_given_what_was_made_when_it_fails_then_nothing_is_left(world: World):
    ranges = Ranges(world)
    ranges.plan()
    world.media.put(KEYS.target_key, b"half of it")

    ranges.fail()

    assert ranges.objects() == set()


def test_given_a_ready_range_when_a_late_failure_comes_then_it_stays_ready(world: World):
    ranges = Ranges(world)
    row = ranges.made()

    assert ranges.fail() is None
    assert ranges.row() == row
    assert ranges.objects() == {KEYS.target_key, THUMBNAIL_KEY}


def test_given_a_deleted_segment_when_it_fails_then_nothing_has_failed_and_nothing_is_left(
    world: World,
):
    ranges = Ranges(world)
    ranges.plan()
    ranges.delete()

    assert ranges.fail() is None
    assert world.segments.get(RANGE) is None
    assert ranges.objects() == set()


def test_given_no_plan_yet_when_it_fails_then_that_is_recorded_all_the_same(world: World):
    ranges = Ranges(world)

    failure = fail_range(
        world.context, segment_id=RANGE, code="range.too_large", detail="Shorter.", keys=None
    )

    assert ranges.row().error == failure


def test_given_an_execution_that_was_stopped_when_it_fails_then_nothing_is_left(world: World):
    """Its end is told by the segment's id alone; a worker may have been at any point."""
    ranges = Ranges(world)
    ranges.plan()
    world.media.put(KEYS.target_key, b"a file")
    world.media.put(THUMBNAIL_KEY, b"a picture")
    world.media.put(f"media/{USER}/{VIDEO}/{RANGE}0/segment.mp4", b"of another")

    fail_range(world.context, segment_id=RANGE, code=None, detail=None, keys=None)

    assert ranges.objects() == set()
    assert f"media/{USER}/{VIDEO}/{RANGE}0/segment.mp4" in world.media.objects


def test_given_an_edit_at_the_same_moment_when_it_fails_then_both_are_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    ranges = Ranges(world)
    save = world.segments.save

    def late(before, after):
        monkeypatch.setattr(world.segments, "save", save)
        save(before, replace(before, title="Better"))
        return save(before, after)

    monkeypatch.setattr(world.segments, "save", late)

    ranges.fail()

    assert (ranges.row().title, ranges.row().status) == ("Better", SegmentStatus.FAILED)
