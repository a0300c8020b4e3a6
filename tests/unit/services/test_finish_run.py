from __future__ import annotations

import pytest

from functions.domain.errors import UnavailableError
from functions.domain.runs.run import RunStatus
from functions.domain.segments.segment import SegmentType
from functions.domain.video import VideoStatus
from tests.builders import make_media, make_probe
from tests.fakes.cutter import FakeCutter
from tests.fakes.prober import FakeProber
from tests.fakes.world import World


def _joined(world: World) -> World:
    world.plan_made()
    world.look()
    world.cut_all()
    world.join()
    return world


def test_given_every_segment_when_finished_then_run_and_video_say_so(world: World):
    _joined(world)

    assert world.finish() == 6
    assert (world.video().status, world.video().segment_count) == (VideoStatus.READY, 6)
    assert world.run().status is RunStatus.SUCCEEDED
    assert world.run().percent() == 100.0
    assert world.run().finished_at is not None


def test_given_thumbnails_when_finished_then_the_fullest_one_is_the_poster(world: World):
    world.cutter = FakeCutter(heavy={4})
    _joined(world)
    world.finish()

    poster_id = world.video().poster_id
    poster = world.segments.get(poster_id or "")
    chosen = world.of_kind(SegmentType.THUMBNAIL)[4]
    assert poster is not None
    assert (poster.segment_type, poster.segment_number) == (SegmentType.THUMBNAIL, 0)
    assert poster.thumbnail_of is None
    assert chosen.segment_number == 4
    assert world.media.objects[poster.s3_key] == world.media.objects[chosen.s3_key]


def test_given_sound_alone_when_finished_then_there_is_no_poster(world: World):
    world.prober = FakeProber(make_probe(media=make_media(video=None)))
    _joined(world)

    assert world.finish() == 6
    assert world.video().poster_id is None


def test_given_a_missing_segment_when_finished_then_it_is_no_success(world: World):
    world.plan_made()
    world.cut(0)

    with pytest.raises(UnavailableError, match=r"pipeline\.incomplete"):
        world.finish()

    assert world.video().status is VideoStatus.PROCESSING
    assert world.run().status is RunStatus.RUNNING


def test_given_a_finished_run_when_finished_again_then_no_segment_and_no_status_changes(
    world: World,
):
    _joined(world)
    world.finish()
    rows, run, poster = world.segments.all(), world.run(), world.video().poster_id

    assert world.finish() == 6
    assert (world.segments.all(), world.run()) == (rows, run)
    assert (world.video().status, world.video().poster_id) == (VideoStatus.READY, poster)


def test_given_a_finished_run_when_finished_again_then_the_video_is_not_written_again(
    world: World,
):
    # A reader that pages by time would see a video move that nobody has touched.
    _joined(world)
    world.finish()
    before = world.video()

    world.finish()

    assert world.video() == before


def test_given_a_finished_run_when_listed_then_the_last_stage_is_done(world: World):
    _joined(world)
    world.finish()

    assert all(world.run().times(stage).finished_at for stage in world.run().todo)
