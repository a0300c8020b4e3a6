from __future__ import annotations

from dataclasses import replace

import pytest

from functions.domain.cutting.budget import Budget
from functions.domain.cutting.exactness import EncodeTarget, Exactness
from functions.domain.cutting.plan import Plan
from functions.domain.cutting.segmentation import Mode, Segmentation
from functions.domain.errors import MediaError, UnavailableError
from functions.domain.segments.segment import SegmentType
from tests.builders import make_probe, make_probe_without_index
from tests.fakes.cutter import WorkerKilledError
from tests.fakes.prober import FakeProber
from tests.fakes.world import World

WHOLE = Segmentation(mode=Mode.NONE, cut=Exactness.ACCURATE)
# A minute of the fakes' 1080p25 takes about 40 s on one core.
SMALL = Budget(memory_mb=1_769, seconds=30, width=4, disk=1 << 40)


def _planned(budget: Budget = SMALL, asked: Segmentation = WHOLE) -> tuple[World, Plan]:
    world = World()
    world.queue(segmentation=asked)
    world.claim()
    world.probe()
    return world, world.plan(budget=budget)


def _left(world: World) -> list[str]:
    return [key for key in world.media.objects if key.startswith("work/")]


def test_given_a_long_segment_when_its_run_has_ended_then_it_is_one_file_of_all_its_chunks():
    world, plan = _planned()

    world.cut_all()
    world.join_segments()
    world.join()

    assert world.finish() == 1
    assert len(plan.joins) == 1
    spans = sorted((start, end) for _, start, end in world.cutter.chunks)
    assert (spans[0][0], spans[-1][1]) == (0, 60_000)
    assert world.cutter.together == [[f"[{start}-{end}]" for start, end in spans]]
    (row,) = world.of_kind(SegmentType.PROCESSED)
    assert (row.cut, row.start, row.end) == ("accurate", 0, 60_000)
    assert len(spans) == len(plan.windows) >= 4
    assert _left(world) == []


def test_given_a_segment_that_is_not_joined_yet_when_finished_then_it_is_missing():
    world, _ = _planned()
    world.cut_all()

    assert world.numbers() == []
    with pytest.raises(UnavailableError, match=r"pipeline\.incomplete"):
        world.finish()


def test_given_a_chunk_that_is_there_when_cut_again_then_it_is_not_encoded_again():
    world, _ = _planned()
    world.cut(0)

    assert world.cut(0).finished

    assert len(world.cutter.chunks) == 1


def test_given_a_worker_that_is_killed_when_tried_again_then_only_what_is_missing_is_made():
    world, plan = _planned()
    world.cutter.die_after = 2
    with pytest.raises(WorkerKilledError):
        world.cut_all()
    world.cutter.die_after = None

    world.cut_all()

    assert len(set(world.cutter.chunks)) == len(world.cutter.chunks) == len(plan.windows)


def test_given_a_join_whose_upload_fails_when_tried_again_then_it_is_made_once():
    world, _ = _planned()
    world.cut_all()
    world.media.refuse.add("000001.jpg")
    with pytest.raises(UnavailableError):
        world.join_segments()
    assert world.numbers() == []

    world.join_segments()

    assert world.numbers() == [1]
    assert [key for key in _left(world) if "-" in key.rsplit("/", 1)[-1]] == []


def test_given_a_segment_that_is_joined_when_joined_again_then_nothing_is_done():
    world, _ = _planned()
    world.cut_all()
    world.join_segments()

    world.join_segments()
    world.cut_all()

    assert len(world.cutter.together) == 1
    assert len(world.cutter.chunks) == len(world.stored_plan().windows)


def test_given_chunks_that_have_expired_when_joined_then_the_run_can_be_gone_on_with():
    world, _ = _planned()
    world.cut_all()
    world.media.delete(_left(world)[:1])

    with pytest.raises(UnavailableError, match=r"pipeline\.incomplete"):
        world.join_segments()


def test_given_too_little_disk_when_joined_then_the_segment_is_too_large():
    world, _ = _planned()
    world.cut_all()

    with pytest.raises(MediaError, match=r"segment\.too_large"):
        world.join_segments(disk=20)


def test_given_no_time_left_when_cut_or_joined_then_the_segment_is_too_long():
    world, _ = _planned()

    with pytest.raises(MediaError, match=r"segment\.too_long"):
        world.cut(0, stop=lambda: True)
    world.cut_all()
    with pytest.raises(MediaError, match=r"segment\.too_long"):
        world.join_segments(stop=lambda: True)


def test_given_chunks_when_made_then_progress_grows_to_all_of_it():
    world, _ = _planned()
    world.cut_all()
    halfway = world.run().percent()

    world.join_segments()

    assert sum(world.run().progress.values()) == 60_000
    assert 0 < halfway < world.run().percent()


def test_given_a_file_that_would_not_fit_when_planned_then_nothing_is_encoded():
    world = World()
    world.queue(segmentation=replace(WHOLE, target=EncodeTarget(bit_rate=8_000_000)))
    world.claim()
    world.probe()

    with pytest.raises(MediaError, match=r"segment\.too_large"):
        world.plan(budget=replace(SMALL, disk=100_000_000))


@pytest.mark.parametrize(
    ("probe", "asked"),
    [
        (make_probe_without_index(), WHOLE),
        (make_probe(), replace(WHOLE, cut=Exactness.SMART)),
        (make_probe(), replace(WHOLE, cut=Exactness.KEYFRAME)),
    ],
)
def test_given_what_cannot_be_entered_or_is_copied_when_planned_then_there_are_no_chunks(
    probe: object, asked: Segmentation
):
    world = World(prober=FakeProber(probe))  # type: ignore[arg-type]
    world.queue(segmentation=asked)
    world.claim()
    world.probe()

    assert world.plan(budget=SMALL).joins == ()
