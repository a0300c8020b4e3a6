"""Sources that end before they should, and reads that break off."""

from __future__ import annotations

import pytest

from functions.domain.errors import MediaError, UnavailableError
from tests.builders import make_probe_without_index
from tests.fakes.cutter import FakeCutter
from tests.fakes.prober import FakeProber
from tests.fakes.world import World


def _without_index(world: World) -> None:
    keys = tuple(range(0, 60_000, 2_000))
    world.prober = FakeProber(make_probe_without_index(), keyframes=keys)


def test_given_a_truncated_source_without_an_index_when_cut_then_it_is_refused_for_good(
    world: World,
):
    _without_index(world)
    world.plan_made()
    world.cutter = FakeCutter(end_after=4)

    with pytest.raises(MediaError, match="5 of 6") as caught:
        world.cut(0)

    assert caught.value.code == "media.truncated"


def test_given_an_indexed_source_when_the_read_breaks_off_then_another_try_may_help(
    world: World,
):
    world.plan_made()
    world.cutter = FakeCutter(end_after=2)

    with pytest.raises(UnavailableError, match=r"cut\.short_read"):
        world.cut(0)


def test_given_a_last_segment_that_is_too_short_when_cut_then_that_is_no_success(world: World):
    world.plan_made()
    world.cutter = FakeCutter(short={6: 9_000})

    with pytest.raises(UnavailableError, match=r"cut\.short_read"):
        world.cut(1)


def test_given_a_last_segment_that_was_too_short_when_cut_again_then_it_is_made_whole(
    world: World,
):
    # Were its row there already, the next try would take the short one for done.
    world.plan_made()
    world.cutter = FakeCutter(short={6: 9_000})
    with pytest.raises(UnavailableError):
        world.cut(1)

    world.cutter = FakeCutter()
    world.cut(1)

    (last,) = (
        segment
        for segment in world.segments.all()
        if segment.segment_number == 6 and segment.segment_type == "processed"
    )
    assert (last.actual_end, last.duration) == (60_000, 10_000)


def test_given_a_truncated_source_when_the_run_is_started_again_then_it_fails_again(
    world: World,
):
    _without_index(world)
    world.plan_made()
    world.cutter = FakeCutter(short={6: 9_000})
    with pytest.raises(MediaError, match=r"media\.truncated"):
        world.cut(0)

    with pytest.raises(MediaError, match=r"media\.truncated"):
        world.cut(0)


def test_given_a_read_that_broke_off_inside_a_segment_when_cut_again_then_it_is_made_whole(
    world: World,
):
    # ffmpeg ends well on a lost connection and lists the piece it was at.
    world.plan_made()
    world.cutter = FakeCutter(end_after=2, short={2: 6_000})
    with pytest.raises(UnavailableError):
        world.cut(0)

    world.cutter = FakeCutter()
    world.cut(0)

    lengths = {
        segment.segment_number: segment.duration
        for segment in world.segments.all()
        if segment.segment_type == "processed"
    }
    assert lengths == {1: 10_000, 2: 10_000, 3: 10_000}


def test_given_sound_that_outlasts_the_picture_a_little_when_cut_then_it_is_whole(world: World):
    world.plan_made()
    world.cutter = FakeCutter(short={6: 1_500})

    assert world.cut(1).finished
