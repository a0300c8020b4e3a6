from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from functions.domain.errors import MediaError, RunOverError, UnavailableError
from functions.domain.runs.lease import LEASE, half_gone
from functions.services.runs import heartbeat as module
from functions.services.runs.heartbeat import Heartbeat, beating
from tests.builders import RUN, VIDEO, make_failure
from tests.fakes.world import World

IDS = {"video_id": VIDEO, "run_id": RUN}


@pytest.fixture(autouse=True)
def _looks_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BEAT_SECONDS", 0.0)


@pytest.fixture
def working(world: World) -> World:
    """A run under way."""
    world.queue()
    world.claim()
    return world


def _beat(world: World, late: bool = False) -> Heartbeat:
    return Heartbeat(world.context, VIDEO, RUN, lambda: late)


def _beaten(world: World, work: Callable[[Heartbeat], None]) -> None:
    with beating(world.context, lambda: False, **IDS) as stop:
        work(stop)


def _fail(world: World) -> None:
    world.runs.fail(VIDEO, RUN, make_failure(), world.clock())


@pytest.mark.parametrize("late", [True, False])
def test_given_a_run_that_goes_on_when_asked_then_only_time_stops_the_work(
    working: World, late: bool
):
    assert _beat(working, late)() is late


def test_given_a_run_that_has_ended_when_asked_then_the_work_is_to_stop(working: World):
    beat = _beat(working)
    assert not beat()

    _fail(working)

    assert beat()
    assert beat.over


def test_given_a_run_that_is_gone_when_asked_then_the_work_is_to_stop(world: World):
    assert _beat(world)()


def test_given_work_that_takes_long_when_it_goes_on_then_the_lease_is_moved_on(working: World):
    beat = _beat(working)
    for _ in range(10):
        working.clock.now += LEASE / 3
        beat()
        until = working.run().lease_until
        assert until
        assert not half_gone(until, working.clock.now)


def test_given_a_lease_that_was_just_moved_on_when_asked_then_nothing_is_written(working: World):
    beat, before = _beat(working), working.run()

    beat()

    assert working.run() == before


def test_given_a_table_that_is_down_when_asked_then_the_work_goes_on(
    working: World, monkeypatch: pytest.MonkeyPatch
):
    """What is written next will tell whether the run goes on."""

    def down(*_: object) -> None:
        raise UnavailableError("dependency.unavailable", "The table failed.")

    monkeypatch.setattr(working.runs, "get", down)

    assert not _beat(working)()


def test_given_many_threads_when_they_ask_at_once_then_one_of_them_looks(
    working: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "BEAT_SECONDS", 3_600.0)
    looks: list[str] = []
    monkeypatch.setattr(working.runs, "get", lambda *ids: looks.append(str(ids)))
    beat = _beat(working)
    threads = [threading.Thread(target=beat) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert looks == []


@pytest.mark.parametrize("raises", [None, MediaError("segment.too_long", "Too long.")])
def test_given_work_that_was_given_up_since_its_run_is_over_when_it_ends_then_that_is_said(
    working: World, raises: MediaError | None
):
    """The tool only knows that it was stopped, and takes that for want of time."""

    def given_up(stop: Heartbeat) -> None:
        _fail(working)
        assert stop()
        if raises:
            raise raises

    with pytest.raises(RunOverError):
        _beaten(working, given_up)


def test_given_work_that_fails_by_itself_when_its_run_goes_on_then_its_own_error_is_told(
    working: World,
):
    def fails(stop: Heartbeat) -> None:
        assert not stop()
        raise MediaError("media.truncated", "Cut off.")

    with pytest.raises(MediaError, match=r"media\.truncated"):
        _beaten(working, fails)


def test_given_work_that_ends_well_when_its_run_goes_on_then_nothing_is_raised(working: World):
    with beating(working.context, lambda: False, **IDS) as stop:
        assert not stop()
