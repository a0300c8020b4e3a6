"""Workers that are killed or run out of time, and those that go on after them."""

from __future__ import annotations

import pytest

from functions.domain.errors import UnavailableError
from functions.domain.segments.segment import SegmentType
from tests.builders import make_probe_without_index
from tests.fakes.cutter import FakeCutter, WorkerKilledError
from tests.fakes.prober import FakeProber
from tests.fakes.world import World, stop_after

ALL = [1, 2, 3, 4, 5, 6]


def _without_index(world: World) -> None:
    keys = tuple(range(0, 60_000, 2_000))
    world.prober = FakeProber(make_probe_without_index(), keyframes=keys)


@pytest.mark.parametrize("files", [0, 1, 2, 5])
@pytest.mark.parametrize("indexed", [True, False])
def test_given_a_killed_worker_when_the_window_is_cut_again_then_nothing_is_missing_or_doubled(
    world: World, files: int, indexed: bool
):
    if not indexed:
        _without_index(world)
    world.plan_made(per_window=6)
    world.cutter = FakeCutter(die_after=files)
    with pytest.raises(WorkerKilledError):
        world.cut(0)

    world.cutter = FakeCutter()

    assert world.cut(0).finished
    assert world.numbers() == world.numbers(SegmentType.THUMBNAIL) == ALL
    # One original, and each segment and thumbnail written once in all.
    assert world.segments.writes == 1 + 2 * len(ALL)


def test_given_a_killed_worker_when_the_window_is_cut_again_then_it_goes_on_where_it_was(
    world: World,
):
    world.plan_made(per_window=6)
    world.cutter = FakeCutter(die_after=4)
    with pytest.raises(WorkerKilledError):
        world.cut(0)

    world.cutter = FakeCutter()
    world.cut(0)

    assert world.cutter.cut_numbers == [5, 6]


def test_given_a_source_without_an_index_when_cut_again_then_what_is_there_is_passed_over(
    world: World,
):
    _without_index(world)
    world.plan_made()
    world.cutter = FakeCutter(die_after=4)
    with pytest.raises(WorkerKilledError):
        world.cut(0)

    world.cutter = FakeCutter()
    world.cut(0)

    (job,) = world.cutter.jobs
    assert [segment.number for segment in job.segments] == ALL
    assert job.skip == {1, 2, 3, 4}


def test_given_a_hole_in_the_middle_when_cut_again_then_only_the_hole_is_stored(world: World):
    world.plan_made(per_window=6)
    world.media.refuse.add("000003.mp4")
    with pytest.raises(UnavailableError):
        world.cut(0)
    writes = world.segments.writes
    stored = len(world.numbers())

    world.cut(0)

    assert world.numbers() == ALL
    assert world.segments.writes - writes == 2 * (len(ALL) - stored)


@pytest.mark.parametrize("lost", ["000002.mp4", "000002.jpg", "000002.m4a"])
def test_given_a_file_that_could_not_be_stored_when_looked_at_then_its_segment_has_no_row(
    world: World, lost: str
):
    world.plan_made()
    world.media.refuse.add(lost)
    with pytest.raises(UnavailableError):
        world.cut(0)

    assert 2 not in world.numbers()
    assert 2 not in world.numbers(SegmentType.THUMBNAIL)
    world.cut(0)
    assert world.numbers() == [1, 2, 3]


def test_given_no_more_time_when_cut_then_the_rest_is_handed_over(world: World):
    world.plan_made(per_window=6)

    result = world.cut(0, stop=stop_after(4))

    assert not result.finished
    assert world.numbers() == [1, 2, 3, 4]
    assert world.cut(0).finished
    assert world.numbers() == ALL


def test_given_a_hand_over_when_counted_then_each_invocation_counts_what_it_made(world: World):
    world.plan_made(per_window=6)

    made = [world.cut(0, stop=stop_after(4)).made, world.cut(0).made]

    assert made == [4, 2]


def test_given_many_hand_overs_when_each_makes_one_segment_then_all_are_made(world: World):
    world.plan_made(per_window=6)

    results = [world.cut(0, stop=stop_after(1)).finished for _ in ALL]

    assert results == [False] * 5 + [True]
    assert world.numbers() == ALL


def test_given_not_one_segment_in_the_time_when_cut_then_it_is_no_endless_hand_over(world: World):
    world.plan_made()

    with pytest.raises(UnavailableError, match=r"cut\.too_slow"):
        world.cut(0, stop=lambda: True)


def test_given_two_workers_at_one_window_when_both_cut_then_nothing_is_doubled(world: World):
    world.plan_made()
    first = FakeCutter()
    cut = first.cut

    def with_a_rival(job, progress, stop):
        for file in cut(job, progress, stop):
            if file.segment.number == 2:
                world.cutter = FakeCutter()
                world.cut(0)
            yield file

    first.cut = with_a_rival
    world.cutter = first
    world.cut(0)

    assert world.numbers() == world.numbers(SegmentType.THUMBNAIL) == [1, 2, 3]


def test_given_a_window_cut_in_two_goes_when_progress_is_read_then_it_never_fell(world: World):
    world.plan_made(per_window=6)
    world.cut(0, stop=stop_after(4))
    before = world.run().percent()
    world.cutter = FakeCutter(die_after=1)
    with pytest.raises(WorkerKilledError):
        world.cut(0)

    assert world.run().percent() >= before
    world.cutter = FakeCutter()
    world.cut(0)
    assert world.run().progress == {"0": 60_000}
