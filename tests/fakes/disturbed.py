"""Ranges whose cut is disturbed between two of its writes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from functions.domain.errors import StaleWriteError
from functions.domain.segments.segment import SegmentStatus, SegmentType
from tests.builders import RANGE
from tests.fakes.cutter import WorkerKilledError
from tests.fakes.ranges import KEYS, THUMBNAIL, THUMBNAIL_KEY, Ranges
from tests.fakes.world import World

WRITES = (
    ("media", "upload"),
    ("media", "erase"),
    ("media", "erase_folder"),
    ("segments", "create"),
    ("segments", "save"),
    ("segments", "delete"),
)
# Both files, the thumbnail's row, the range's, and the plan that is not needed any more.
COUNT = 5


@contextmanager
def before_write(world: World, at: int, happens: Callable[[], None]) -> Iterator[list[str]]:
    """Something happens once, before the write of that number; hands out the writes so far."""
    seen: list[str] = []
    inside = False

    def wrapped(name: str, write):
        def call(*arguments):
            nonlocal inside
            if inside:
                return write(*arguments)
            seen.append(name)
            if len(seen) - 1 == at:
                inside = True
                happens()
                inside = False
            return write(*arguments)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for owner, name in WRITES:
            store = getattr(world, owner)
            patch.setattr(store, name, wrapped(name, getattr(store, name)))
        yield seen


def die() -> None:
    raise WorkerKilledError


def killed(world: World, at: int) -> Ranges:
    """A range whose worker was killed before that write."""
    ranges = Ranges(world)
    ranges.plan()
    with before_write(world, at, die), pytest.raises(WorkerKilledError):
        ranges.cut()
    return ranges


def cut_as_a_machine_does(ranges: Ranges) -> bool:
    """An error that may pass is tried again, once the stream was read."""
    for _ in range(4):
        try:
            return ranges.cut()
        except StaleWriteError:
            ranges.follow()
    raise AssertionError("the step failed for good")


def require_nothing(ranges: Ranges) -> None:
    assert ranges.thumbnail() is None
    assert ranges.objects() == set()
    assert ranges.world.segments.marked() == []


def require_agreement(ranges: Ranges) -> None:
    """What is there is linked both ways and has a file, and what is linked is there."""
    range_, thumbnail = ranges.world.segments.get(RANGE), ranges.thumbnail()
    if range_ is None or range_.status is SegmentStatus.FAILED:
        require_nothing(ranges)
    elif thumbnail is None:
        assert range_.status is SegmentStatus.READY
        assert range_.thumbnail_id is None
        assert ranges.objects() == {KEYS.target_key}
    else:
        assert range_.status is SegmentStatus.READY
        assert (range_.thumbnail_id, thumbnail.thumbnail_of) == (THUMBNAIL, RANGE)
        assert ranges.objects() == {KEYS.target_key, THUMBNAIL_KEY}


def kinds(world: World) -> list[SegmentType]:
    """Of the rows beside the upload's own."""
    rows = [row.segment_type for row in world.segments.all()]
    return sorted(kind for kind in rows if kind is not SegmentType.ORIGINAL)
