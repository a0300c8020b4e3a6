"""A new cut of an old video: what is there is taken over, what nobody wants any more is left."""

from __future__ import annotations

from dataclasses import replace

from functions.domain.cutting.segmentation import AskedRange, Mode, Segmentation
from functions.domain.runs.run import RunStatus
from functions.domain.segments.segment import SegmentType
from functions.domain.video import VideoStatus
from functions.services.runs.restart_run import NewRun, restart
from tests.builders import VIDEO, make_caller
from tests.fakes.cutter import FakeCutter
from tests.fakes.world import World

TENS = Segmentation(length=10_000)


def _cut(world: World, new: NewRun | None = None) -> None:
    """A whole run: the first, or one more with other options."""
    if new is None:
        world.queue(segmentation=TENS)
    else:
        run = restart(make_caller(), VIDEO, world.stores, world.reaper, new)
        world.run_id = run.run_id
    world.cutter = FakeCutter()
    world.claim()
    world.probe()
    world.plan()
    world.cut_all()
    world.join()
    world.finish()


def _ranges(*pairs: tuple[int, int]) -> NewRun:
    asked = tuple(AskedRange(start=start, end=end) for start, end in pairs)
    return NewRun(segmentation=Segmentation(mode=Mode.RANGES, ranges=asked))


def test_given_a_cut_video_when_cut_the_same_way_again_then_nothing_is_made(world: World):
    _cut(world)
    before = world.of_kind(SegmentType.PROCESSED)

    _cut(world, NewRun())

    assert world.cutter.jobs == []
    assert world.of_kind(SegmentType.PROCESSED) == before
    assert world.run().status is RunStatus.SUCCEEDED


def test_given_options_that_come_to_the_same_when_cut_anew_then_nothing_is_made(world: World):
    _cut(world)
    before = {segment.segment_id for segment in world.of_kind(SegmentType.PROCESSED)}

    _cut(world, NewRun(segmentation=Segmentation(mode=Mode.PARTS, parts=6)))

    assert world.cutter.jobs == []
    assert {segment.segment_id for segment in world.of_kind(SegmentType.PROCESSED)} == before


def test_given_a_cut_that_shares_segments_when_cut_anew_then_only_the_others_are_made(
    world: World,
):
    _cut(world)

    _cut(world, _ranges((0, 10_000), (20_000, 25_000)))
    _cut(world, _ranges((20_000, 25_000), (40_000, 44_000), (0, 10_000)))

    assert len(world.cutter.cut_numbers) == 1
    rows = world.of_kind(SegmentType.PROCESSED)
    assert [(row.segment_number, row.start) for row in rows] == [(1, 20_000), (2, 40_000), (3, 0)]


def test_given_segments_that_stay_when_cut_anew_then_they_keep_what_a_user_made_of_them(
    world: World,
):
    _cut(world)
    [row] = [one for one in world.of_kind(SegmentType.PROCESSED) if one.segment_number == 2]
    world.segments.save(row, replace(row, title="The best"))

    _cut(world, NewRun(segmentation=Segmentation(mode=Mode.PARTS, parts=6)))

    [kept] = [one for one in world.of_kind(SegmentType.PROCESSED) if one.title]
    assert (kept.segment_id, kept.title) == (row.segment_id, "The best")


def test_given_segments_of_an_earlier_cut_when_the_new_one_is_done_then_they_are_left(
    world: World,
):
    _cut(world)

    _cut(world, NewRun(segmentation=Segmentation(mode=Mode.NONE)))

    assert world.numbers() == [1]
    assert world.numbers(SegmentType.THUMBNAIL) == [0, 1]
    assert world.video().status is VideoStatus.READY
    assert world.video().segment_count == 1


def test_given_a_segment_that_was_named_when_nobody_asks_for_it_any_more_then_it_stays(
    world: World,
):
    _cut(world)
    [row] = [one for one in world.of_kind(SegmentType.PROCESSED) if one.segment_number == 4]
    world.segments.save(row, replace(row, title="The best"))

    _cut(world, NewRun(segmentation=Segmentation(mode=Mode.NONE)))

    assert world.numbers() == [1, 4]
    assert world.numbers(SegmentType.THUMBNAIL) == [0, 1, 4]


def test_given_a_thumbnail_that_was_named_when_nobody_asks_for_it_any_more_then_both_stay(
    world: World,
):
    _cut(world)
    [row] = [one for one in world.of_kind(SegmentType.THUMBNAIL) if one.segment_number == 4]
    world.segments.save(row, replace(row, title="The best"))

    _cut(world, NewRun(segmentation=Segmentation(mode=Mode.NONE)))

    assert world.numbers() == [1, 4]
    assert world.numbers(SegmentType.THUMBNAIL) == [0, 1, 4]


def test_given_segments_of_before_links_when_cut_anew_then_they_and_their_thumbnails_have_them(
    world: World,
):
    _cut(world)
    for kind in (SegmentType.PROCESSED, SegmentType.THUMBNAIL):
        for row in world.of_kind(kind):
            world.segments.save(row, replace(row, thumbnail_id=None, thumbnail_of=None))

    _cut(world, NewRun())

    _, *pictures = world.of_kind(SegmentType.THUMBNAIL)
    segments = world.of_kind(SegmentType.PROCESSED)
    assert [row.thumbnail_id for row in segments] == [row.segment_id for row in pictures]
    assert [row.thumbnail_of for row in pictures] == [row.segment_id for row in segments]


def test_given_a_thumbnail_that_is_gone_when_cut_anew_then_no_segment_names_it(world: World):
    _cut(world)
    _, first, *_ = world.of_kind(SegmentType.THUMBNAIL)
    world.segments.delete(first, world.clock())

    _cut(world, NewRun())

    links = [row.thumbnail_id for row in world.of_kind(SegmentType.PROCESSED)]
    assert links[0] is None
    assert None not in links[1:]


def test_given_a_wish_to_keep_them_when_cut_anew_then_all_segments_stay(world: World):
    _cut(world)

    _cut(world, NewRun(segmentation=Segmentation(mode=Mode.NONE), keep_segments=True))

    assert world.numbers() == [1, 1, 2, 3, 4, 5, 6]


def test_given_ranges_when_cut_anew_then_each_is_a_reading_of_its_own_and_sound_stays(
    world: World,
):
    _cut(world)

    _cut(world, _ranges((30_000, 35_000), (0, 12_000)))

    assert [len(job.segments) for job in world.cutter.jobs] == [1, 1]
    rows = world.of_kind(SegmentType.PROCESSED)
    assert [(row.segment_number, row.start, row.end) for row in rows] == [
        (1, 30_000, 35_000),
        (2, 0, 12_000),
    ]
    assert world.cutter.taken == []
    assert world.numbers(SegmentType.AUDIO) == [0]


def test_given_ranges_at_the_first_cut_when_it_is_done_then_sound_is_that_of_the_whole_video(
    world: World,
):
    asked = (AskedRange(start=30_000, end=35_000),)
    world.plan_made(segmentation=Segmentation(mode=Mode.RANGES, ranges=asked))
    world.cut_all()
    world.join()

    [sound] = world.of_kind(SegmentType.AUDIO)
    assert len(world.cutter.taken) == 1
    assert sound.duration == 60_000
