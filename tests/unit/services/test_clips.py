"""Moments become segments of their own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from functions.domain.cutting.exactness import EncodeTarget, Exactness
from functions.domain.errors import ConflictError, InvalidInputError, NotFoundError
from functions.domain.moments.clip import ClipOptions
from functions.domain.moments.moment import Moment, MomentStatus
from functions.domain.segments.segment import Segment, SegmentSource, SegmentStatus
from functions.services.moments.clips import (
    ClipState,
    clips_of,
    ready_clip,
    recut_clip,
    request_clips,
)
from functions.services.moments.cut_clips import Cutting, cut_clips, follow_clip
from functions.services.moments.judge_moment import Named
from functions.services.moments.refine_moment import Exactly, refine_moment
from tests.builders import STRANGER, VIDEO, make_caller, make_moment
from tests.fakes.world import World
from tests.unit.services.telling import tell

SMART = ClipOptions()
TOLD = ClipOptions(cut=Exactness.ACCURATE, captions=True)
ME = make_caller()


@pytest.fixture
def cutting(world: World) -> Cutting:
    """A video with what was said in it."""
    tell(world)
    return Cutting(made=world.moment_context, segments=world.segments)


def _there(world: World, *moments: Moment) -> None:
    for moment in moments:
        world.moments.rows[moment.video_id, moment.moment_id] = moment


def _set(world: World, segment: Segment, status: SegmentStatus) -> None:
    world.segments.save(segment, replace(segment, status=status))


def test_given_moments_when_cut_then_each_is_a_segment_that_waits_for_its_cut(
    world: World, cutting: Cutting
):
    _there(world, make_moment(), make_moment(start=40_000, end=55_000))

    first, second = request_clips(cutting, ME, VIDEO, SMART)

    assert first.segment
    assert second.segment
    assert (first.segment.start, first.segment.end) == (10_000, 30_000)
    assert (second.segment.start, second.segment.end) == (40_000, 55_000)
    assert first.segment.source is SegmentSource.MOMENT
    assert first.segment.moment_id == first.moment.moment_id
    assert (first.segment.title, first.segment.cut) == (first.moment.title, "smart")
    assert first.state is ClipState.PENDING


def test_given_a_clip_when_asked_for_again_then_it_is_the_same_one(world: World, cutting: Cutting):
    _there(world, make_moment())

    before = request_clips(cutting, ME, VIDEO, SMART)
    again = request_clips(cutting, ME, VIDEO, SMART)

    assert before == again
    assert len(world.segments.all()) == 1


def test_given_a_worker_killed_before_the_moment_knew_when_cut_again_then_there_is_one_segment(
    world: World, cutting: Cutting
):
    moment = make_moment()
    _there(world, moment)
    request_clips(cutting, ME, VIDEO, SMART)
    _there(world, moment)

    request_clips(cutting, ME, VIDEO, SMART)

    assert len(world.segments.all()) == 1


def test_given_a_clip_that_failed_when_asked_for_again_then_it_is_cut_anew(
    world: World, cutting: Cutting
):
    _there(world, make_moment())
    (failed,) = request_clips(cutting, ME, VIDEO, SMART)
    assert failed.segment
    _set(world, failed.segment, SegmentStatus.FAILED)

    (again,) = request_clips(cutting, ME, VIDEO, SMART)

    assert again.segment
    assert again.segment.segment_id != failed.segment.segment_id
    assert again.state is ClipState.PENDING


def test_given_other_options_when_recut_then_the_earlier_file_stays(world: World, cutting: Cutting):
    _there(world, make_moment())
    (before,) = request_clips(cutting, ME, VIDEO, SMART)
    target = EncodeTarget(height=720)

    after = recut_clip(
        cutting, ME, before.moment.moment_id, ClipOptions(cut=Exactness.ACCURATE, target=target)
    )

    assert after.segment
    assert after.segment.target == target
    assert len(world.segments.all()) == 2


def test_given_captions_when_cut_then_what_is_said_is_burned_in(world: World, cutting: Cutting):
    _there(world, make_moment())

    (clip,) = request_clips(cutting, ME, VIDEO, TOLD)

    assert clip.segment
    assert clip.segment.target
    assert clip.segment.target.captions_key in world.media.objects


def test_given_no_transcript_when_captions_are_asked_for_then_it_says_so(world: World):
    world.queue()
    world.claim()
    world.probe()
    _there(world, make_moment())
    cutting = Cutting(made=world.moment_context, segments=world.segments)

    with pytest.raises(ConflictError) as refused:
        request_clips(cutting, ME, VIDEO, TOLD)

    assert refused.value.code.startswith("transcript.")


def test_given_a_refined_moment_when_followed_then_its_clip_is_cut_as_the_one_before(
    world: World, cutting: Cutting
):
    _there(world, make_moment())
    (before,) = request_clips(cutting, ME, VIDEO, SMART)
    named = Named(ME, VIDEO, before.moment.moment_id)
    child = refine_moment(cutting.made, world.refiner, named, Exactly(start=9_000, end=31_000))
    video = world.videos.get(VIDEO)
    assert video

    moment = follow_clip(cutting, video, child)

    assert child.clip is None
    assert moment.clip
    segment = world.segments.get(moment.clip.segment_id)
    assert segment
    assert (segment.start, segment.end) == (9_000, 31_000)


def test_given_a_moment_without_a_clip_when_refined_then_none_is_cut(
    world: World, cutting: Cutting
):
    moment = make_moment()
    _there(world, moment)
    child = refine_moment(
        cutting.made, world.refiner, Named(ME, VIDEO, moment.moment_id), Exactly(start=0, end=9_000)
    )
    video = world.videos.get(VIDEO)
    assert video

    assert follow_clip(cutting, video, child) == child
    assert not world.segments.all()


def test_given_a_moment_with_a_clip_when_generated_anew_then_it_is_kept(
    world: World, cutting: Cutting
):
    _there(world, make_moment())
    (clip,) = request_clips(cutting, ME, VIDEO, SMART)

    assert clip.moment.kept


def test_given_rejected_and_older_ones_when_all_are_cut_then_they_are_left_out(
    world: World, cutting: Cutting
):
    _there(
        world,
        make_moment(),
        make_moment(start=31_000, end=39_000, status=MomentStatus.REJECTED),
        make_moment(start=40_000, end=50_000, superseded_by="a-newer-one"),
    )

    assert len(request_clips(cutting, ME, VIDEO, SMART)) == 1


def test_given_unknown_and_refined_ones_when_named_then_every_place_is_told(
    world: World, cutting: Cutting
):
    old = make_moment(superseded_by="a-newer-one")
    _there(world, old)

    with pytest.raises(InvalidInputError) as refused:
        request_clips(cutting, ME, VIDEO, SMART, ["no-such", old.moment_id])

    assert [(one.pointer, one.code) for one in refused.value.fields] == [
        ("/moment_ids/0", "unknown_moment"),
        ("/moment_ids/1", "superseded"),
    ]


def test_given_no_moments_when_cut_then_it_says_what_to_do(cutting: Cutting):
    with pytest.raises(ConflictError, match="generate"):
        request_clips(cutting, ME, VIDEO, SMART)


def test_given_clips_when_listed_then_each_moment_tells_its_state(world: World, cutting: Cutting):
    one, two, three = (make_moment(start=at, end=at + 5_000) for at in (0, 10_000, 20_000))
    _there(world, one, two, three)
    ready, failed = request_clips(cutting, ME, VIDEO, SMART, [one.moment_id, two.moment_id])
    assert ready.segment
    assert failed.segment
    _set(world, ready.segment, SegmentStatus.READY)
    _set(world, failed.segment, SegmentStatus.FAILED)

    states = [clip.state for clip in clips_of(cutting, ME, VIDEO)]

    assert states == [ClipState.READY, ClipState.FAILED, ClipState.NONE]


@pytest.mark.parametrize(
    ("status", "code"),
    [(SegmentStatus.PENDING, "clip.not_ready"), (SegmentStatus.FAILED, "clip.failed")],
)
def test_given_a_clip_that_cannot_be_watched_when_streamed_then_it_says_why(
    world: World, cutting: Cutting, status: SegmentStatus, code: str
):
    _there(world, make_moment())
    (clip,) = request_clips(cutting, ME, VIDEO, SMART)
    assert clip.segment
    _set(world, clip.segment, status)

    with pytest.raises(ConflictError) as refused:
        ready_clip(cutting, ME, clip.moment.moment_id)

    assert refused.value.code == code


@pytest.mark.parametrize("who", [ME, make_caller(user_id=STRANGER)], ids=["mine", "theirs"])
def test_given_no_clip_or_a_strangers_when_streamed_then_there_is_none(
    world: World, cutting: Cutting, who: object
):
    moment = make_moment()
    _there(world, moment)

    with pytest.raises(NotFoundError):
        ready_clip(cutting, who, moment.moment_id)  # type: ignore[arg-type]


@pytest.mark.parametrize("options", [{"captions": True}, {"target": EncodeTarget()}])
def test_given_what_only_an_accurate_cut_does_when_asked_of_another_then_it_is_refused(
    options: dict[str, object],
):
    with pytest.raises(InvalidInputError):
        ClipOptions(cut=Exactness.SMART, **options)  # type: ignore[arg-type]


def test_given_two_workers_when_both_cut_a_moment_then_there_is_one_clip(
    world: World, cutting: Cutting
):
    _there(world, make_moment())
    world.moments.refused = 1
    video = world.videos.get(VIDEO)
    assert video

    ((moment, segment),) = cut_clips(cutting, video, world.moments.of_video(VIDEO))

    assert moment.clip
    assert moment.clip.segment_id == segment.segment_id
    assert len(world.segments.all()) == 1
