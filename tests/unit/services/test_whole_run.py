"""A run from its event to its end, and again."""

from __future__ import annotations

from functions.domain.runs.run import RunStatus
from functions.domain.segments.segment import SegmentType
from functions.domain.video import VideoStatus
from tests.builders import make_probe_without_index, tried_once
from tests.fakes.prober import FakeProber
from tests.fakes.world import World


def _run(world: World) -> None:
    world.claim()
    world.probe()
    world.look()
    world.plan()
    world.cut_all()
    world.join()
    world.finish()


def test_given_an_arrived_file_when_every_stage_is_run_then_the_video_is_ready(world: World):
    world.queue()

    _run(world)

    assert world.video().status is VideoStatus.READY
    counts = {kind.value: len(world.of_kind(kind)) for kind in SegmentType}
    assert counts == {"processed": 6, "original": 1, "thumbnail": 7, "audio": 1}


def test_given_a_source_without_an_index_when_every_stage_is_run_then_the_video_is_ready(
    world: World,
):
    keys = tuple(range(0, 60_000, 2_000))
    world.prober = FakeProber(make_probe_without_index(), keyframes=keys)
    world.queue()

    _run(world)

    assert (world.run().status, len(world.stored_plan().windows)) == (RunStatus.SUCCEEDED, 1)


def test_given_stages_that_are_each_delivered_twice_when_run_then_nothing_is_doubled(
    world: World,
):
    world.queue()
    for step in (world.claim, world.probe, world.look, world.plan, world.cut_all, world.join):
        step()
        rows, video, run = world.segments.all(), world.video(), tried_once(world.run())

        step()

        assert (world.segments.all(), world.video()) == (rows, video)
        assert tried_once(world.run()) == run


def test_given_a_run_when_it_goes_through_its_stages_then_the_percentage_only_grows(
    world: World,
):
    world.queue()
    seen = [world.run().percent()]
    for step in (
        world.claim,
        world.probe,
        world.look,
        world.plan,
        lambda: world.cut(0),
        lambda: world.cut(1),
        world.join,
        world.finish,
    ):
        step()
        seen.append(world.run().percent())

    assert seen == sorted(set(seen))
    assert seen[-1] == 100.0


def test_given_a_run_when_it_goes_through_its_stages_then_they_begin_in_order(world: World):
    world.queue()
    _run(world)

    begun = [world.run().times(stage).started_at for stage in world.run().todo]
    assert None not in begun
    assert begun == sorted(begun)
