"""Workers that are killed, and what users do while a range is cut."""

from __future__ import annotations

from dataclasses import replace

import pytest

from functions.domain.errors import StaleWriteError
from functions.domain.segments.segment import SegmentStatus
from tests.builders import RANGE
from tests.fakes.cutter import FakeCutter, WorkerKilledError
from tests.fakes.ranges import KEYS, THUMBNAIL_KEY, Ranges
from tests.fakes.world import World

FILES = [KEYS.target_key, THUMBNAIL_KEY]


def on_upload(world: World, monkeypatch: pytest.MonkeyPatch, of: str, happens) -> None:
    """Something happens between the upload of a file and what comes next."""
    upload = world.media.upload

    def and_then(path, key, content_type):
        upload(path, key, content_type)
        if key == of:
            happens()

    monkeypatch.setattr(world.media, "upload", and_then)


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

    assert ranges.objects() == {KEYS.plan_key, *FILES}
    assert ranges.cut()
    assert ranges.objects() == set(FILES)


def test_given_a_ready_range_when_cut_again_then_it_is_left_alone(world: World):
    ranges = Ranges(world)
    row = ranges.made()

    assert ranges.cut()
    assert ranges.row() == row
    assert len(world.cutter.jobs) == 1
    assert ranges.objects() == set(FILES)


def test_given_an_edit_while_it_is_cut_when_recorded_then_the_edit_is_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    ranges = Ranges(world)
    ranges.plan()
    on_upload(
        world,
        monkeypatch,
        KEYS.target_key,
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


@pytest.mark.parametrize("file", FILES)
def test_given_a_segment_that_was_deleted_while_it_was_cut_when_recorded_then_nothing_is_left(
    world: World, monkeypatch: pytest.MonkeyPatch, file: str
):
    ranges = Ranges(world)
    ranges.plan()
    on_upload(world, monkeypatch, file, ranges.delete)

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


@pytest.mark.parametrize("file", FILES)
def test_given_a_range_that_was_given_up_while_it_was_cut_when_recorded_then_it_stays_failed(
    world: World, monkeypatch: pytest.MonkeyPatch, file: str
):
    ranges = Ranges(world)
    ranges.plan()
    on_upload(world, monkeypatch, file, ranges.fail)

    assert ranges.cut() is False
    assert ranges.row().status is SegmentStatus.FAILED
    assert ranges.objects() == set()
