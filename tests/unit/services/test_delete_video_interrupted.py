"""Whoever is killed, and wherever, and whoever works on the same beside: all goes, counted once."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.domain.deletions.deletion import DeletionState
from functions.domain.errors import StaleWriteError
from functions.services.deletions.delete_video import Next
from tests.builders import USER, VIDEO, make_segment
from tests.fakes.clock import EPOCH
from tests.fakes.deleting import OTHER, Deleting
from tests.unit.services.test_delete_video import ALL

SEGMENTS = 7
WHOLE = {**ALL, "segments": (SEGMENTS, 0), "media": (SEGMENTS, 700 * SEGMENTS)}
# More than a step makes; one behind the end of a step ends none.
CALLS = st.integers(0, 150)


class Killed(BaseException):
    """The worker is gone: nothing catches it."""


def _at(call: int, act: Callable[[], object]) -> Callable[[], None]:
    """Does something at one call, counted from 0."""
    left = iter(range(call, -1, -1))

    def around() -> None:
        if next(left, None) == 0:
            act()

    return around


def _kill() -> None:
    raise Killed


def _filled() -> Deleting:
    deleting = Deleting()
    deleting.fill(segments=SEGMENTS)
    deleting.fill(OTHER, segments=2)
    deleting.world.segments.delete(make_segment(video_id=OTHER, segment_number=2), EPOCH)
    return deleting


def _require_whole(deleting: Deleting, before: list[object]) -> None:
    assert deleting.left() == []
    assert deleting.told() == WHOLE
    assert deleting.receipt().state is DeletionState.DELETED
    assert deleting.world.deletions.batch(deleting.receipt()) is None
    assert deleting.left(OTHER) == before
    assert deleting.world.counters.of_user(USER).segments == 1


@given(kills=st.lists(CALLS, max_size=12))
@settings(max_examples=150, deadline=None)
def test_given_workers_that_are_killed_anywhere_when_others_go_on_then_all_is_gone_and_told_once(
    kills: list[int],
):
    deleting = _filled()
    before = deleting.left(OTHER)

    for call in kills:
        deleting.broken = _at(call, _kill)
        with contextlib.suppress(Killed):
            deleting.wait(deleting.step().wait_s)
    deleting.broken = lambda: None

    assert deleting.run().next is Next.DELETED
    _require_whole(deleting, before)


@given(calls=st.lists(st.tuples(CALLS, CALLS), max_size=6))
@settings(max_examples=200, deadline=None)
def test_given_another_worker_at_the_same_time_when_both_go_on_then_all_is_told_once(
    calls: list[tuple[int, int]],
):
    """A task that was given up for dead may live: another does a step in between, or is killed."""
    deleting = _filled()
    before = deleting.left(OTHER)

    for call, killed in calls:

        def other(killed: int = killed) -> None:
            deleting.broken = _at(killed, _kill)
            with contextlib.suppress(Killed, StaleWriteError):
                deleting.step()
            deleting.broken = lambda: None

        deleting.broken = _at(call, other)
        with contextlib.suppress(StaleWriteError):
            deleting.wait(deleting.step().wait_s)
    deleting.broken = lambda: None

    deleting.run()
    _require_whole(deleting, before)


@given(calls=st.lists(CALLS, max_size=6), kills=st.lists(CALLS, max_size=6))
@settings(max_examples=100, deadline=None)
def test_given_writers_that_were_late_when_workers_are_killed_then_theirs_is_told_too(
    calls: list[int], kills: list[int]
):
    deleting = _filled()
    before, late = deleting.left(OTHER), 0

    def write() -> None:
        nonlocal late
        if deleting.world.videos.marked(VIDEO) is not None:
            late += 1
            deleting.bucket.put(f"media/{USER}/{VIDEO}/plan-1/late-{late}.mp4", size=10)

    for at, call in enumerate(calls):
        deleting.broken = _at(call, write)
        deleting.step()
        if at < len(kills):
            deleting.broken = _at(kills[at], _kill)
            with contextlib.suppress(Killed):
                deleting.step()
    deleting.broken = lambda: None

    assert deleting.run().next is Next.DELETED
    assert deleting.left() == []
    count, size = WHOLE["media"]
    assert deleting.told() == {**WHOLE, "media": (count + late, size + 10 * late)}
    assert deleting.left(OTHER) == before


@given(kills=st.lists(CALLS, min_size=1, max_size=8), key=st.sampled_from(["media", "uploads"]))
@settings(max_examples=100, deadline=None)
def test_given_an_object_that_cannot_be_deleted_when_workers_are_killed_then_the_rest_is_told_once(
    kills: list[int], key: str
):
    deleting = _filled()
    stays = next(one for one in deleting.bucket.versions if one.key.startswith(f"{key}/"))
    deleting.bucket.refused[stays.key] = "AccessDenied"
    kept = [one for one in deleting.bucket.versions if one.key == stays.key]

    for call in kills:
        deleting.broken = _at(call, _kill)
        with contextlib.suppress(Killed):
            deleting.step()
    deleting.broken = lambda: None

    assert deleting.run().next is Next.FAILED
    left = [one for one in deleting.bucket.versions if VIDEO in one.key]
    assert left == kept
    count, size = WHOLE[key]
    told = deleting.told().get(key, (0, 0))
    assert told == (count - len(kept), size - sum(one.size for one in kept))
