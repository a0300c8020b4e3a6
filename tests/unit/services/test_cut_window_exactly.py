"""Windows of an exact cut: what their segments tell of how they were cut."""

from __future__ import annotations

import pytest

from functions.domain.cutting.exactness import CutReason, EncodeTarget, Exactness
from functions.domain.cutting.segmentation import Segmentation
from functions.domain.errors import MediaError
from functions.domain.segments.segment import Segment, SegmentType
from tests.builders import make_media, make_probe, make_video_track
from tests.fakes.cutter import FakeCutter
from tests.fakes.prober import FakeProber
from tests.fakes.world import World


def asked(cut: Exactness, target: EncodeTarget | None = None) -> Segmentation:
    return Segmentation(length=7_500, cut=cut, target=target)


def made(world: World) -> list[Segment]:
    return world.of_kind(SegmentType.PROCESSED)


def test_given_a_smart_cut_when_it_runs_to_its_end_then_segments_are_where_they_were_asked(
    world: World,
):
    world.plan_made(segmentation=asked(Exactness.SMART))
    world.cut_all()
    world.join()

    assert world.finish() == 8
    assert [(one.start, one.actual_start, one.end) for one in made(world)] == [
        (at, at, at + 7_500) for at in range(0, 60_000, 7_500)
    ]
    assert {(one.cut, one.cut_reason) for one in made(world)} == {("smart", None)}


def test_given_a_cut_at_keyframes_when_it_is_recorded_then_its_segments_say_so(world: World):
    world.plan_made()
    world.cut(0)

    assert {one.cut for one in made(world)} == {"keyframe"}


def test_given_a_segment_that_could_not_be_cut_smartly_when_it_is_recorded_then_it_says_why(
    world: World,
):
    world.cutter = FakeCutter(reasons={2: CutReason.OPEN_GROUPS})
    world.plan_made(segmentation=asked(Exactness.SMART), per_window=8)
    world.cut(0)

    assert [(one.cut, one.cut_reason) for one in made(world)] == [
        ("smart", None),
        ("accurate", "open_groups"),
    ]


def test_given_a_codec_that_cannot_be_matched_when_cut_smartly_then_all_segments_say_so(
    world: World,
):
    world.prober = FakeProber(make_probe(media=make_media(video=make_video_track(codec="hevc"))))
    world.plan_made(segmentation=asked(Exactness.SMART))
    world.cut_all()

    assert {(one.cut, one.cut_reason) for one in made(world)} == {("accurate", "codec")}


def test_given_a_target_when_it_is_planned_then_the_cutter_is_told_of_it(world: World):
    target = EncodeTarget(height=720, crf=24)
    world.plan_made(segmentation=asked(Exactness.ACCURATE, target))
    world.cut(0)

    assert [job.plan.target for job in world.cutter.jobs] == [target]


def test_given_a_picture_of_another_size_when_it_is_recorded_then_its_own_size_is_told(
    world: World,
):
    world.cutter = FakeCutter(size=(404, 720))
    world.plan_made(segmentation=asked(Exactness.ACCURATE, EncodeTarget(height=720)))
    world.cut(0)

    assert {(one.width, one.height) for one in made(world)} == {(404, 720)}


def test_given_a_segment_too_long_to_encode_when_the_time_is_up_then_it_is_told_for_good(
    world: World,
):
    world.plan_made(segmentation=asked(Exactness.ACCURATE))

    with pytest.raises(MediaError) as caught:
        world.cut(0, stop=lambda: True)

    assert caught.value.code == "segment.too_long"
    assert "Segment 1 " in caught.value.detail
