from __future__ import annotations

import pytest

from functions.domain.cutting.segmentation import Segmentation
from functions.domain.errors import UnavailableError
from functions.domain.runs.run import Stage
from tests.builders import make_probe_without_index, tried_once
from tests.fakes.prober import FakeProber
from tests.fakes.world import World


def test_given_a_probed_video_when_planned_then_the_plan_is_kept_and_the_run_knows_it(
    world: World,
):
    plan = world.plan_made()

    assert world.stored_plan() == plan
    assert world.run().media_duration == 60_000
    assert world.run().times(Stage.PLAN).finished_at is not None


def test_given_the_user_s_options_when_planned_then_segments_have_that_length(world: World):
    plan = world.plan_made(segmentation=Segmentation(length=20_000))

    assert [segment.start for segment in plan.segments] == [0, 20_000, 40_000]


def test_given_a_planned_run_when_planned_again_then_it_is_the_same_plan(world: World):
    first = world.plan_made()
    before = (tried_once(world.run()), dict(world.media.objects))

    assert world.plan() == first
    assert (tried_once(world.run()), world.media.objects) == before


def test_given_a_source_with_an_index_when_planned_then_it_is_not_read_again(world: World):
    world.plan_made()

    assert len(world.prober.probed) == 1


def test_given_a_source_without_an_index_when_planned_then_keyframes_are_looked_for_in_it(
    world: World,
):
    world.prober = FakeProber(make_probe_without_index(), keyframes=tuple(range(0, 60_000, 3_000)))

    plan = world.plan_made()

    assert [segment.cut for segment in plan.segments] == [0, 12_000, 21_000, 30_000, 42_000, 51_000]
    assert world.prober.probed == [world.video().source] * 2


def test_given_windows_of_some_size_when_planned_then_the_work_is_shared_out(world: World):
    plan = world.plan_made(per_window=4)

    assert [(window.first, window.last) for window in plan.windows] == [(1, 4), (5, 6)]


def test_given_a_video_that_was_not_probed_when_planned_then_a_later_try_may_help(world: World):
    world.queue()
    world.claim()

    with pytest.raises(UnavailableError, match=r"pipeline\.out_of_order"):
        world.plan()
