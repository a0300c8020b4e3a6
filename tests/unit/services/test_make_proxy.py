from __future__ import annotations

from typing import Any

import pytest

from functions.domain.cutting.budget import Budget
from functions.domain.cutting.plan import Plan
from functions.domain.errors import MediaError, UnavailableError
from functions.domain.extras import Extra
from functions.domain.keys import proxy_key
from functions.domain.media.probe import Probe
from functions.domain.runs.run import Stage
from functions.domain.segments.segment import SegmentType
from functions.services.cutting.plan_segments import ToCut, left_to_cut
from tests.builders import USER, VIDEO, make_media, make_probe, make_probe_without_index
from tests.fakes.cutter import FakeCutter
from tests.fakes.prober import FakeProber
from tests.fakes.world import World

SMALL = Budget(memory_mb=1_769, seconds=8, width=4, disk=1 << 40)
ASKED = (Extra.PROXY,)


class Unreadable(FakeCutter):
    """No chunk can be encoded."""

    def encode_chunk(self, *_: Any) -> None:
        raise MediaError("media.cannot_cut", "No.")


def _planned(probe: Probe | None = None, **overrides: Any) -> tuple[World, Plan]:
    world = World(prober=FakeProber(probe or make_probe()), **overrides)
    world.queue(extras=ASKED)
    world.claim()
    world.probe()
    return world, world.plan(budget=SMALL)


def _key(world: World) -> str:
    source = world.video().source
    assert source
    return proxy_key(USER, VIDEO, source.etag)


def _finish(world: World) -> None:
    world.cut_all()
    world.join_segments()
    world.join()
    world.finish()


def test_given_a_proxy_is_asked_for_when_the_run_has_ended_then_it_is_there_beside_the_segments():
    world, plan = _planned()

    _finish(world)

    assert plan.proxy
    assert plan.proxy.target
    assert plan.proxy.target.height == 360
    assert len(plan.proxy.windows) > 1
    assert world.video().proxy_key == _key(world)
    assert _key(world) in world.media.objects
    assert world.numbers() == [1, 2, 3, 4, 5, 6]
    assert [key for key in world.media.objects if key.startswith("work/")] == []


def test_given_no_proxy_is_asked_for_when_planned_then_nothing_is_done_for_it():
    world = World()
    plan = world.plan_made()

    assert plan.proxy is None
    assert plan.all_windows() == plan.windows


def test_given_only_sound_when_planned_then_there_is_no_proxy():
    _, plan = _planned(make_probe(media=make_media(video=None)))

    assert plan.proxy is None


def test_given_a_source_that_cannot_be_entered_when_cut_then_its_proxy_is_made_in_one_pass():
    world, plan = _planned(make_probe_without_index())

    _finish(world)

    assert plan.proxy
    assert plan.proxy.joins == ()
    assert world.video().proxy_key == _key(world)


def test_given_a_proxy_that_is_there_when_its_step_is_repeated_then_it_is_not_made_again():
    world, _ = _planned()
    world.cut_all()
    world.join_segments()
    made = len(world.cutter.chunks)

    world.cut_all()
    world.join_segments()

    assert len(world.cutter.chunks) == made


def test_given_a_proxy_that_is_there_when_run_again_then_nothing_is_left_to_cut():
    world, _ = _planned()
    _finish(world)
    world.again()
    world.claim()

    plan = world.plan(budget=SMALL)

    left = left_to_cut(world.context, plan, video_id=VIDEO, run_id=world.run_id)
    assert left == ToCut()


def test_given_a_proxy_that_is_there_when_it_is_cut_again_then_it_is_made_again_once():
    world, _ = _planned()
    _finish(world)
    made = len(world.cutter.chunks)
    run = world.again(from_stage=Stage.CUT)
    world.claim()
    world.plan(budget=SMALL)

    for _ in range(2):
        world.cut_all()
        world.join_segments()

    assert len(world.cutter.chunks) == 2 * made
    assert world.video().proxy_run == run.run_id


def test_given_a_proxy_that_cannot_be_made_when_the_run_has_ended_then_only_that_is_told():
    world, _ = _planned(cutter=Unreadable())

    _finish(world)

    error = world.video().proxy_error
    assert error
    assert (error.code, error.stage) == ("media.cannot_cut", "proxy")
    assert world.video().proxy_key is None
    assert world.of_kind(SegmentType.PROCESSED)


def test_given_chunks_that_are_missing_when_joined_then_it_can_be_tried_again():
    world, _ = _planned()
    world.cut_all()
    chunks = [key for key in world.media.objects if "/000000-" in key]
    world.media.delete(chunks[:1])

    with pytest.raises(UnavailableError, match=r"pipeline\.incomplete"):
        world.join_segments()


def test_given_a_proxy_when_cut_then_progress_is_that_of_the_segments():
    world, plan = _planned()
    for window in plan.windows:
        world.cut(window.index)
    before = world.run().percent()

    world.cut_all()
    world.join_segments()

    assert world.run().percent() == before
