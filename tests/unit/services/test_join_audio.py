from __future__ import annotations

import pytest

from functions.domain.errors import UnavailableError
from functions.domain.runs.run import Stage
from functions.domain.segments.segment import SegmentType
from tests.builders import make_probe, make_silent
from tests.fakes.cutter import FakeCutter
from tests.fakes.prober import FakeProber
from tests.fakes.world import World


def _cut(world: World) -> World:
    world.plan_made()
    world.cut_all()
    return world


def _sound(world: World) -> str:
    (segment,) = world.of_kind(SegmentType.AUDIO)
    return world.media.objects[segment.s3_key].decode()


def test_given_every_segment_when_joined_then_the_sound_is_whole_and_in_order(world: World):
    _cut(world)

    assert world.join() is not None
    assert _sound(world) == "".join(f"<{number}:10000>" for number in range(1, 7))


def test_given_the_joined_sound_when_recorded_then_it_tells_its_length_and_type(world: World):
    _cut(world)
    segment_id = world.join()

    (segment,) = world.of_kind(SegmentType.AUDIO)
    assert segment.segment_id == segment_id
    assert (segment.duration, segment.start, segment.end) == (60_000, 0, 60_000)
    assert segment.content_type == "audio/mp4"
    assert segment.file_size == len(world.media.objects[segment.s3_key])


def test_given_joined_sound_when_done_then_the_pieces_are_gone(world: World):
    _cut(world)
    world.join()

    assert not [key for key in world.media.objects if key.startswith("work/")]


def test_given_joined_sound_when_joined_again_then_it_is_reused(world: World):
    _cut(world)
    first = world.join()
    writes = world.segments.writes

    assert world.join() == first
    assert (len(world.cutter.joined), world.segments.writes) == (1, writes)


def test_given_a_silent_video_when_joined_then_there_is_no_sound_and_the_stage_is_done(
    world: World,
):
    world.prober = FakeProber(make_silent(make_probe()))
    _cut(world)

    assert world.join() is None
    assert world.of_kind(SegmentType.AUDIO) == []
    assert world.run().times(Stage.AUDIO).finished_at is not None


def test_given_sound_that_ends_before_the_picture_when_joined_then_what_there_is_is_joined(
    world: World,
):
    # The last segments then hold no packet of sound, and no piece was stored for them.
    world.cutter = FakeCutter(silent={5, 6})
    _cut(world)
    world.join()

    assert _sound(world) == "".join(f"<{number}:10000>" for number in range(1, 5))


def test_given_the_sound_could_not_be_stored_when_joined_again_then_it_is_whole(world: World):
    _cut(world)
    world.media.refuse.add("audio.m4a")
    with pytest.raises(UnavailableError):
        world.join()

    world.join()

    assert _sound(world).count("<") == 6


def test_given_all_windows_are_cut_when_joined_then_the_cut_is_marked_as_done(world: World):
    _cut(world)
    world.join()

    assert world.run().times(Stage.CUT).finished_at is not None
    assert world.run().stage() is Stage.AUDIO
    assert world.run().percent() == 88.0


def test_given_pieces_that_expired_when_joined_then_the_segments_give_their_sound_again(
    world: World,
):
    # The lifecycle rule clears work/; a run that is started again later must still end well.
    _cut(world)
    world.media.delete([key for key in world.media.objects if key.startswith("work/")])

    assert world.join() is not None
    assert _sound(world) == "".join(f"<{number}:10000>" for number in range(1, 7))
