from __future__ import annotations

from pathlib import Path

import pytest

from functions.domain.errors import UnavailableError
from functions.domain.keys import audio_piece_key
from functions.domain.media.probe import KeyframeIndex
from functions.domain.media.reach import Reach
from functions.domain.runs.run import Stage
from functions.domain.segments.segment import SegmentType
from functions.services.cutting.cut_window import WindowResult
from tests.builders import USER, VIDEO, make_media, make_probe, make_silent
from tests.fakes.prober import FakeProber
from tests.fakes.world import World


def test_given_a_plan_when_each_window_is_cut_then_every_segment_is_there_once(world: World):
    world.plan_made()

    assert [world.cut(index) for index in (0, 1)] == [WindowResult(finished=True, made=3)] * 2
    assert world.numbers() == [1, 2, 3, 4, 5, 6]


def test_given_a_window_when_cut_then_only_its_own_segments_are_made(world: World):
    world.plan_made()

    world.cut(1)

    assert world.numbers() == [4, 5, 6]


@pytest.mark.parametrize(("container", "known"), [("mov,mp4", True), ("mpegts", False)])
def test_given_a_source_that_is_read_through_when_in_fragments_then_all_of_it_is_known_to_be_read(
    world: World, container: str, known: bool
):
    index = KeyframeIndex(times=(0,), complete=False, seekable=False)
    probe = make_probe(media=make_media(container=container), keyframes=index)
    world.prober = FakeProber(probe, keyframes=tuple(range(0, 60_000, 2_000)))
    world.plan_made()
    world.cut(0)

    [job] = world.cutter.jobs
    size = world.video().source.size
    assert job.reach == (Reach(first=0, last=size, size=size) if known else None)


def test_given_a_segment_when_recorded_then_it_tells_what_was_asked_and_what_was_measured(
    world: World,
):
    plan = world.plan_made()
    world.cut(0)

    segment = world.of_kind(SegmentType.PROCESSED)[1]
    assert (segment.start, segment.end) == (10_000, 20_000)
    assert (segment.actual_start, segment.actual_end, segment.duration) == (
        10_000,
        20_000,
        10_000,
    )
    assert (segment.frame_count, segment.plan_id) == (250, plan.plan_id)
    assert (segment.user_id, segment.video_id) == (USER, VIDEO)
    assert (segment.width, segment.height) == (1080, 1920)


def test_given_a_segment_when_recorded_then_its_file_is_in_the_bucket(world: World):
    world.plan_made()
    world.cut(0)

    for segment in world.segments.all():
        if segment.segment_type is not SegmentType.ORIGINAL:
            assert len(world.media.objects[segment.s3_key]) == segment.file_size
            assert world.media.content_types[segment.s3_key] == segment.content_type


def test_given_a_window_when_cut_then_each_segment_has_a_thumbnail(world: World):
    world.plan_made()
    world.cut(0)

    assert world.numbers(SegmentType.THUMBNAIL) == [1, 2, 3]


def test_given_a_window_when_cut_then_each_segment_and_its_thumbnail_name_each_other(world: World):
    world.plan_made()
    world.cut(0)

    segments, pictures = (
        world.of_kind(kind) for kind in (SegmentType.PROCESSED, SegmentType.THUMBNAIL)
    )
    assert [row.thumbnail_id for row in segments] == [row.segment_id for row in pictures]
    assert [row.thumbnail_of for row in pictures] == [row.segment_id for row in segments]
    assert {row.thumbnail_of for row in segments} | {row.thumbnail_id for row in pictures} == {None}


def test_given_a_window_when_cut_then_the_sound_waits_to_be_joined(world: World):
    plan = world.plan_made()
    world.cut(0)

    pieces = [audio_piece_key(USER, VIDEO, plan.plan_id, number, "m4a") for number in (1, 2, 3)]
    assert set(pieces) <= world.media.objects.keys()


def test_given_a_silent_video_when_cut_then_no_sound_is_kept(world: World):
    world.prober = FakeProber(make_silent(make_probe()))
    world.plan_made()
    world.cut(0)

    assert not [key for key in world.media.objects if key.startswith("work/")]


def test_given_sound_alone_when_cut_then_there_are_no_thumbnails_and_no_frames(world: World):
    world.prober = FakeProber(make_probe(media=make_media(video=None)))
    world.plan_made()
    world.cut(0)

    assert world.numbers(SegmentType.THUMBNAIL) == []
    segments = world.of_kind(SegmentType.PROCESSED)
    assert {(row.frame_count, row.thumbnail_id) for row in segments} == {(None, None)}


def test_given_a_finished_window_when_cut_again_then_nothing_is_cut_or_written(world: World):
    world.plan_made()
    world.cut(0)
    before = (world.segments.all(), world.segments.writes, dict(world.media.objects))

    assert world.cut(0).finished
    assert len(world.cutter.jobs) == 1
    assert (world.segments.all(), world.segments.writes, world.media.objects) == before


def test_given_a_job_when_handed_to_the_tool_then_the_address_pins_the_source_s_version(
    world: World,
):
    source = world.queue()
    world.claim()
    world.probe()
    world.plan()
    world.cut(0)

    assert f"versionId={source.version_id}" in world.cutter.jobs[0].source_url


def test_given_finished_files_when_stored_then_the_folder_is_left_empty(
    world: World, tmp_path: Path
):
    world.plan_made()
    world.cut(0, folder=tmp_path)

    assert list(tmp_path.iterdir()) == []


def test_given_one_window_when_cut_then_the_run_is_in_the_cut_and_half_of_it_is_done(
    world: World,
):
    world.plan_made()
    world.cut(0)

    assert world.run().stage() is Stage.CUT
    assert world.run().progress == {"0": 30_000}
    assert world.run().percent() == 6 + 39


def test_given_all_windows_when_cut_then_all_of_the_cut_is_counted(world: World):
    world.plan_made()
    world.cut_all()

    assert world.run().percent() == 84.0


def test_given_a_run_that_was_not_planned_when_cut_then_a_later_try_may_help(world: World):
    world.queue()

    with pytest.raises(UnavailableError, match=r"pipeline\.out_of_order"):
        world.cut(0)
