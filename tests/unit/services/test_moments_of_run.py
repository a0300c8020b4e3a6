"""Moments and clips as stages of a run."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.domain.cutting.exactness import EncodeTarget, Exactness
from functions.domain.cutting.segmentation import Mode, Segmentation
from functions.domain.errors import (
    ConflictError,
    CutroomError,
    RunOverError,
    UnavailableError,
)
from functions.domain.extras import Extra
from functions.domain.moments.clip import ClipOptions
from functions.domain.moments.generation import Generation, GenerationStatus
from functions.domain.moments.moment import Moment, MomentOptions, MomentStatus
from functions.domain.runs.course import usual
from functions.domain.runs.run import RunStatus, Stage, StageTimes
from functions.domain.segments.segment import Segment, SegmentStatus
from functions.domain.video import VideoStatus
from functions.services.moments.clips import request_clips
from functions.services.moments.cut_clips import Cutting
from functions.services.moments.generate_moments import run_generation
from functions.services.moments.moments_of_run import (
    cut_clips_of_run,
    fail_words,
    find_moments_of_run,
)
from functions.services.moments.open_generation import Wanted, open_generation, request_moments
from tests.builders import RUN, VIDEO, make_caller, make_failure, make_moment, make_run
from tests.fakes.moment_generators import FakeGenerator
from tests.fakes.world import World
from tests.unit.services.telling import BEES, tell

CLIPS = (Extra.CLIPS,)
FEW = MomentOptions(count=2, minimum=10_000, maximum=40_000)
BY_MOMENTS = Segmentation(mode=Mode.MOMENTS)
ANOTHER = "run-2"


def begin(
    world: World, run_id: str = RUN, redo: tuple[Stage, ...] = (), **overrides: object
) -> None:
    """A run that holds VIDEO, in which somebody speaks, and is to have clips."""
    held = {"status": VideoStatus.PROCESSING, "run_id": run_id, "extras": CLIPS}
    video = tell(world, **{**held, **overrides})
    world.runs.create(
        make_run(run_id=run_id, status=RunStatus.RUNNING, todo=usual(video), redo=redo)
    )
    world.run_id = run_id


def find(world: World) -> Generation:
    return find_moments_of_run(
        world.moment_context, world.generator, video_id=VIDEO, run_id=world.run_id
    )


def cut(world: World) -> int:
    return cut_clips_of_run(_cutting(world), video_id=VIDEO, run_id=world.run_id)


def _cutting(world: World) -> Cutting:
    return Cutting(made=world.moment_context, segments=world.segments)


def times(world: World, stage: Stage) -> StageTimes:
    run = world.runs.get(VIDEO, world.run_id)
    assert run
    return run.times(stage)


def over(world: World) -> None:
    world.runs.fail(VIDEO, world.run_id, make_failure(), world.clock())


def by_hand(world: World, options: MomentOptions = FEW) -> Generation:
    generation = request_moments(
        world.moment_context, world.moment_runs, make_caller(), VIDEO, Wanted(options=options)
    )
    ids = {"video_id": VIDEO, "generation_id": generation.generation_id}
    return run_generation(world.moment_context, world.generator, **ids)


def there(world: World, *moments: Moment) -> None:
    for moment in moments:
        world.moments.rows[moment.video_id, moment.moment_id] = moment


def clips(world: World) -> dict[str, Segment]:
    """The clip that each moment names."""
    rows = {one.segment_id: one for one in world.segments.all()}
    moments = world.moments.of_video(VIDEO)
    return {one.moment_id: rows[one.clip.segment_id] for one in moments if one.clip}


def test_given_words_when_a_run_comes_to_moments_then_they_are_found_as_is_usual(world: World):
    begin(world)

    generation = find(world)

    assert (generation.status, generation.found) == (GenerationStatus.SUCCEEDED, 5)
    assert (generation.options, generation.run_id) == (MomentOptions(), RUN)
    done = times(world, Stage.MOMENTS)
    assert done.finished_at
    assert (done.reused, done.attempts) == (False, 1)


def test_given_a_step_that_is_repeated_when_it_had_ended_then_nothing_is_asked_again(world: World):
    begin(world)
    generator = FakeGenerator(degraded=True)
    world.generators["embedded"] = generator

    first, again = find(world), find(world)

    assert again == first
    assert len(generator.asked) == 1
    assert times(world, Stage.MOMENTS).reused is False


def test_given_a_worker_that_was_killed_when_the_step_is_repeated_then_it_goes_on_with_the_same(
    world: World,
):
    begin(world)
    opened = open_generation(world.moment_context, world.video(), Wanted(options=FEW, run_id=RUN))

    assert find(world).generation_id == opened.generation_id


@pytest.mark.parametrize("extras", [CLIPS, (*CLIPS, Extra.SILENCE)])
def test_given_moments_of_an_earlier_run_when_run_again_then_they_are_reused(
    world: World, extras: tuple[Extra, ...]
):
    """Also where the sound was looked at since, or a moment was rejected."""
    begin(world)
    first = find(world)
    (moment, *_) = world.moments.of_video(VIDEO)
    world.moments.save(moment.decided(MomentStatus.REJECTED, world.clock()))
    over(world)
    begin(world, ANOTHER, extras=extras, analysed=extras)

    assert find(world) == first
    assert times(world, Stage.MOMENTS).reused is True


def test_given_the_stage_is_to_be_made_again_when_run_then_its_generator_is_asked_once_more(
    world: World,
):
    generator = FakeGenerator()
    world.generators["embedded"] = generator
    begin(world)
    first = find(world)
    over(world)
    begin(world, ANOTHER, redo=(Stage.MOMENTS,))

    second, repeated = find(world), find(world)

    assert second.generation_id != first.generation_id
    assert repeated == second
    assert len(generator.asked) == 2
    assert times(world, Stage.MOMENTS).reused is False


@pytest.mark.parametrize("what", ["a correction", "a model that was replaced", "other lengths"])
def test_given_what_has_changed_when_run_again_then_moments_are_looked_for_again(
    world: World, what: str
):
    begin(world)
    world.generators["embedded"] = FakeGenerator(degraded=what == "a model that was replaced")
    find(world)
    over(world)
    changed: dict[str, object] = {}
    if what == "other lengths":
        changed = {"segmentation": replace(BY_MOMENTS, max_length=20_000)}
    tell(world, replace(BEES, version=2 if what == "a correction" else 1))
    begin(world, ANOTHER, **changed, **_said(2 if what == "a correction" else 1, world))

    assert find(world).run_id == ANOTHER


def _said(version: int, world: World) -> dict[str, object]:
    return {"transcript_key": world.video().transcript_key, "transcript_version": version}


def test_given_moments_that_were_asked_for_by_hand_when_run_then_those_are_taken(world: World):
    begin(world, status=VideoStatus.READY)
    mine = by_hand(world)
    begin(world)

    assert find(world) == mine
    assert times(world, Stage.MOMENTS).reused is True


def test_given_other_words_when_run_then_they_are_looked_through_as_was_asked_by_hand(
    world: World,
):
    begin(world, status=VideoStatus.READY)
    by_hand(world)
    tell(world, replace(BEES, version=2))
    begin(world, **_said(2, world))

    assert find(world).options == FEW


def test_given_a_cut_by_moments_when_looked_for_then_they_are_as_long_as_segments_may_be(
    world: World,
):
    begin(world, segmentation=replace(BY_MOMENTS, min_length=5_000, max_length=20_000))

    assert find(world).options == MomentOptions(minimum=10_000, maximum=20_000)
    assert all(10_000 <= one.length <= 20_000 for one in world.moments.of_video(VIDEO))


@given(st.none() | st.integers(1_000, 3_600_000), st.none() | st.integers(1_000, 3_600_000))
def test_given_any_bounds_when_moments_are_to_lie_within_then_they_do_and_may_vary(
    low: int | None, high: int | None
):
    if low is not None and high is not None and high < 2 * low:
        return
    options = MomentOptions().within(low, high)

    assert (low or 0) <= options.minimum <= options.maximum // 2
    assert high is None or options.maximum <= high
    if (low or 0) <= 15_000 and (high or 60_000) >= 60_000:
        assert options == MomentOptions(minimum=max(low or 0, 15_000))


def test_given_no_transcript_when_a_run_comes_to_moments_then_it_is_told_why(world: World):
    begin(world, transcript_key=None, transcript_error=make_failure())

    with pytest.raises(ConflictError) as refused:
        find(world)

    assert refused.value.code == "transcript.failed"
    failed = times(world, Stage.MOMENTS)
    assert (failed.finished_at, failed.last_error) == (None, "transcript.failed")


def test_given_a_users_own_generation_under_way_when_run_then_it_is_waited_for(world: World):
    begin(world, status=VideoStatus.READY)
    mine = request_moments(
        world.moment_context, world.moment_runs, make_caller(), VIDEO, Wanted(options=FEW)
    )
    begin(world)

    with pytest.raises(UnavailableError) as waits:
        find(world)

    assert (waits.value.code, waits.value.retryable) == ("moments.under_way", True)
    ids = {"video_id": VIDEO, "generation_id": mine.generation_id}
    run_generation(world.moment_context, world.generator, **ids)
    assert find(world).generation_id == mine.generation_id


def test_given_a_run_that_ends_while_moments_are_looked_for_when_found_then_none_is_kept(
    world: World,
):
    begin(world)

    class Meanwhile(FakeGenerator):
        def generate(self, *args, **more):
            world.runs.cancel(VIDEO, RUN, world.clock())
            return super().generate(*args, **more)

    world.generators["embedded"] = Meanwhile()

    with pytest.raises(RunOverError):
        find(world)

    assert world.moments.of_video(VIDEO) == []


def test_given_what_a_run_left_open_when_it_has_ended_then_others_may_look_at_once(world: World):
    begin(world)
    left = open_generation(world.moment_context, world.video(), Wanted(options=FEW, run_id=RUN))
    over(world)
    begin(world, ANOTHER)

    generation = find(world)

    assert generation.run_id == ANOTHER
    stored = world.generations.get(VIDEO, left.generation_id)
    assert stored
    assert stored.error
    assert stored.error.code == "moments.lost"


def test_given_what_has_failed_when_found_then_the_step_fails_with_it(world: World):
    begin(world)

    class Ended(FakeGenerator):
        def generate(self, *args, **more):
            opened = world.generations.latest(VIDEO)
            assert opened
            world.generations.fail(opened.failed(make_failure(code="a.b"), world.clock()))
            return super().generate(*args, **more)

    world.generators["embedded"] = Ended()

    with pytest.raises(CutroomError) as failed:
        find(world)

    assert failed.value.code == "a.b"
    assert failed.value.retryable is False


def test_given_moments_when_a_run_comes_to_clips_then_all_that_were_not_rejected_are_cut(
    world: World,
):
    begin(world)
    second = make_moment(start=40_000, end=55_000)
    there(world, make_moment(), replace(second, status=MomentStatus.REJECTED))

    assert cut(world) == 1

    (clip,) = clips(world).values()
    assert (clip.start, clip.end, clip.status) == (10_000, 30_000, SegmentStatus.PENDING)
    assert times(world, Stage.CLIPS).reused is False
    assert cut(world) == 1
    assert len(world.segments.all()) == 1


def test_given_clips_when_run_again_then_only_what_failed_is_cut_again_as_it_was(world: World):
    begin(world, status=VideoStatus.READY)
    moments = [make_moment(start=at, end=at + 15_000) for at in (10_000, 30_000, 50_000)]
    there(world, *moments)
    high = ClipOptions(cut=Exactness.ACCURATE, target=EncodeTarget(height=720))
    request_clips(_cutting(world), make_caller(), VIDEO, high)
    fine, failed, deleted = (clips(world)[one.moment_id] for one in moments)
    world.segments.save(failed, replace(failed, status=SegmentStatus.FAILED))
    world.segments.delete(deleted, world.clock())
    begin(world)

    assert cut(world) == 3

    now_at = {one.moment_id: one.clip for one in world.moments.of_video(VIDEO)}
    kept, again, gone = (now_at[one.moment_id] for one in moments)
    assert kept
    assert again
    assert gone
    assert (kept.segment_id, kept.number) == (fine.segment_id, 1)
    assert (again.number, again.options, again.run_id) == (2, high, RUN)
    assert gone.segment_id == deleted.segment_id


def test_given_clips_that_are_to_be_made_again_when_run_then_each_is_cut_once_more(world: World):
    begin(world)
    there(world, make_moment())
    cut(world)
    (before,) = clips(world).values()
    over(world)
    begin(world, ANOTHER, redo=(Stage.CLIPS,))

    cut(world)
    cut(world)

    (after,) = clips(world).values()
    assert after.segment_id != before.segment_id
    assert len(world.segments.all()) == 2
    assert times(world, Stage.CLIPS).reused is False


def test_given_clips_as_they_are_wanted_when_run_again_then_the_stage_is_reused(world: World):
    begin(world)
    there(world, make_moment())
    cut(world)
    over(world)
    begin(world, ANOTHER)

    assert cut(world) == 1
    assert times(world, Stage.CLIPS).reused is True


def test_given_a_run_that_is_over_when_it_comes_to_clips_then_nothing_is_cut(world: World):
    begin(world)
    there(world, make_moment())
    over(world)

    with pytest.raises(RunOverError):
        cut(world)

    assert world.segments.all() == []


@pytest.mark.parametrize("code", [None, "dependency.unavailable"])
def test_given_an_error_when_noted_then_the_run_goes_on_and_the_video_may_be_looked_through(
    world: World, code: str | None
):
    begin(world)
    opened = open_generation(world.moment_context, world.video(), Wanted(options=FEW, run_id=RUN))

    failure = fail_words(world.moment_context, video_id=VIDEO, run_id=RUN, code=code, detail=code)

    assert failure.code == (code or "moments.internal")
    stored = world.generations.get(VIDEO, opened.generation_id)
    assert stored
    assert stored.error == failure
    assert times(world, Stage.MOMENTS).given_up
    assert times(world, Stage.CLIPS).given_up
    run = world.runs.get(VIDEO, RUN)
    assert run
    assert run.open
    assert by_hand(world).status is GenerationStatus.SUCCEEDED


def test_given_clips_that_failed_when_noted_then_the_moments_stay_as_they_are(world: World):
    begin(world)
    found = find(world)

    fail_words(world.moment_context, video_id=VIDEO, run_id=RUN, code="a.b", detail="So it is.")

    assert world.generations.latest(VIDEO) == found
    assert times(world, Stage.MOMENTS).given_up is False
    assert times(world, Stage.CLIPS).given_up is True


def test_given_a_users_own_generation_when_a_run_fails_beside_it_then_that_one_goes_on(
    world: World,
):
    begin(world, status=VideoStatus.READY)
    mine = request_moments(
        world.moment_context, world.moment_runs, make_caller(), VIDEO, Wanted(options=FEW)
    )
    begin(world)

    fail_words(world.moment_context, video_id=VIDEO, run_id=RUN, code=None, detail=None)

    stored = world.generations.get(VIDEO, mine.generation_id)
    assert stored
    assert stored.open
