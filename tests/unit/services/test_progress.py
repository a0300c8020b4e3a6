from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from functions.services.runs import progress as module
from functions.services.runs.progress import WindowProgress
from tests.builders import make_plan, make_run
from tests.fakes.world import World


def _progress(world: World, have: tuple[int, ...] = ()) -> WindowProgress:
    """Of the second window: segments 4 to 6, ten seconds each."""
    plan = make_plan()
    world.runs.create(make_run())
    return WindowProgress(world.context, make_run(), plan, plan.windows[1], have)


@pytest.fixture
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EVERY_SECONDS", 0.0)


@pytest.mark.usefixtures("_at_once")
def test_given_all_is_read_when_nothing_is_stored_then_the_window_is_half_done(world: World):
    _progress(world).read(30_000)

    assert world.run().progress == {"1": 15_000}


@pytest.mark.usefixtures("_at_once")
def test_given_all_is_stored_when_reported_then_the_window_is_done(world: World):
    progress = _progress(world)
    for segment in make_plan().segments[3:]:
        progress.stored(segment)

    assert world.run().progress == {"1": 30_000}


@pytest.mark.usefixtures("_at_once")
def test_given_segments_of_an_earlier_worker_when_reported_then_they_count(world: World):
    _progress(world, have=(4, 5)).report()

    assert world.run().progress == {"1": 20_000}


@pytest.mark.usefixtures("_at_once")
def test_given_positions_out_of_order_when_reported_then_it_only_grows(world: World):
    progress = _progress(world)
    for position in (20_000, 5_000, 25_000, 0):
        progress.read(position)

    assert world.runs.reported == sorted(world.runs.reported)
    assert world.run().progress == {"1": 12_500}


@pytest.mark.usefixtures("_at_once")
def test_given_a_tool_that_reads_past_the_window_when_reported_then_it_is_half_done_at_most(
    world: World,
):
    _progress(world).read(999_999)

    assert world.run().progress == {"1": 15_000}


@pytest.mark.usefixtures("_at_once")
def test_given_many_threads_when_each_has_stored_a_segment_then_none_is_lost(world: World):
    progress = _progress(world)
    segments = make_plan().segments[3:]
    with ThreadPoolExecutor(3) as pool:
        list(pool.map(progress.stored, segments))

    assert world.run().progress == {"1": 30_000}


def test_given_many_updates_within_a_second_when_reported_then_nothing_is_written_yet(
    world: World,
):
    progress = _progress(world)
    for position in range(0, 30_000, 100):
        progress.read(position)

    assert world.runs.reported == []


def test_given_updates_that_wait_when_reported_by_force_then_they_are_written(world: World):
    progress = _progress(world)
    progress.read(10_000)
    progress.report(force=True)

    assert world.runs.reported == [5_000]
