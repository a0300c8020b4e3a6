"""A generation from its opening to its end, whatever happens beside it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from functions.domain.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    UnavailableError,
)
from functions.domain.extras import Extra
from functions.domain.moments.generation import LEASE, Generation, GenerationStatus
from functions.domain.moments.moment import EMBEDDED, Moment, MomentOptions, MomentStatus
from functions.domain.transcripts.options import TranscriptOptions
from functions.domain.transcripts.transcript import Transcript
from functions.domain.video import VideoStatus
from functions.services.moments.fail_generation import fail_generation
from functions.services.moments.generate_moments import run_generation
from functions.services.moments.open_generation import Wanted, request_moments
from tests.builders import STRANGER, VIDEO, make_caller, make_failure
from tests.fakes.moment_generators import FakeGenerator
from tests.fakes.world import World
from tests.unit.services.telling import BEES, LENGTH, tell

FEW = MomentOptions(count=3, minimum=10_000, maximum=40_000)


def ask(world: World, options: MomentOptions = FEW, *, regenerate: bool = False) -> Generation:
    wanted = Wanted(options=options, regenerate=regenerate)
    return request_moments(world.moment_context, world.moment_runs, make_caller(), VIDEO, wanted)


def run(world: World, generation: Generation) -> Generation:
    return run_generation(
        world.moment_context,
        world.generator,
        video_id=VIDEO,
        generation_id=generation.generation_id,
    )


def generate(world: World, options: MomentOptions = FEW, **more: bool) -> Generation:
    return run(world, ask(world, options, **more))


def found(world: World) -> list[Moment]:
    return sorted(world.moments.of_video(VIDEO), key=lambda one: one.start)


def judge(world: World, moment: Moment, status: MomentStatus) -> Moment:
    return world.moments.save(moment.decided(status, world.clock()))


def test_given_a_talk_when_moments_are_asked_for_then_they_are_found_and_told_of(world: World):
    tell(world)

    ended = generate(world)

    assert (ended.status, ended.found, ended.kept) == (GenerationStatus.SUCCEEDED, 3, 0)
    assert (ended.generator, ended.usage.calls, ended.cost_usd) == (EMBEDDED, 0, 0.0)
    moments = found(world)
    assert len(moments) == 3
    for one in moments:
        assert one.first_word is not None
        assert one.last_word is not None
        assert one.start == BEES.words[one.first_word].start
        assert one.end == BEES.words[one.last_word].end
        assert (one.version, one.parent_id, one.status) == (1, None, MomentStatus.PROPOSED)
        assert one.generation_id == ended.generation_id


def test_given_nobody_speaks_when_moments_are_asked_for_then_there_are_none_and_no_error(
    world: World,
):
    tell(world, Transcript(language="en", engine="e"))

    ended = generate(world)

    assert (ended.status, ended.found) == (GenerationStatus.SUCCEEDED, 0)
    assert found(world) == []


@pytest.mark.parametrize(
    ("overrides", "code"),
    [
        ({"transcription": TranscriptOptions()}, "transcript.not_ready"),
        ({}, "transcript.not_asked"),
        ({"transcript_error": make_failure()}, "transcript.failed"),
        ({"status": VideoStatus.FAILED, "error": make_failure()}, "transcript.failed"),
    ],
)
def test_given_no_transcript_when_moments_are_asked_for_then_it_is_told_why(
    world: World, overrides: dict[str, object], code: str
):
    tell(world, transcript_key=None, **overrides)

    with pytest.raises(ConflictError) as refused:
        ask(world)

    assert refused.value.code == code
    assert world.moment_runs.calls == 0


def test_given_another_users_video_when_asked_then_it_looks_like_none(world: World):
    tell(world)
    stranger = make_caller(STRANGER)

    with pytest.raises(NotFoundError):
        request_moments(
            world.moment_context, world.moment_runs, stranger, VIDEO, Wanted(options=FEW)
        )


def test_given_a_model_that_there_is_not_when_asked_then_those_that_are_are_named(world: World):
    tell(world)

    with pytest.raises(InvalidInputError, match="embedded, claude-haiku"):
        ask(world, replace(FEW, model="gpt"))


def test_given_the_same_asked_twice_when_it_has_ended_then_it_is_the_same_and_free(world: World):
    tell(world)
    first = generate(world)
    before = found(world)

    second = ask(world)

    assert second == first
    assert world.moment_runs.calls == 1
    assert found(world) == before


def test_given_the_same_asked_twice_when_it_is_under_way_then_it_is_the_same(world: World):
    tell(world)

    first, second = ask(world), ask(world)

    assert second.generation_id == first.generation_id
    assert len(world.moment_runs.started) == 1


def test_given_another_one_under_way_when_asked_then_it_is_refused(world: World):
    tell(world)
    ask(world)

    with pytest.raises(ConflictError) as refused:
        ask(world, replace(FEW, count=9))

    assert refused.value.code == "moments.under_way"


def test_given_one_that_was_lost_when_its_lease_is_over_then_another_may_begin(world: World):
    tell(world)
    lost = ask(world)
    world.clock.now += LEASE + timedelta(seconds=1)

    second = ask(world, replace(FEW, count=2))

    stored = world.generations.get(VIDEO, lost.generation_id)
    assert stored
    assert stored.error
    assert stored.error.code == "moments.lost"
    assert run(world, second).status is GenerationStatus.SUCCEEDED
    assert run(world, lost).status is GenerationStatus.FAILED


def test_given_an_execution_that_cannot_be_started_when_asked_then_the_video_is_let_go(
    world: World,
):
    tell(world)
    world.moment_runs.down = True

    with pytest.raises(UnavailableError):
        ask(world)

    world.moment_runs.down = False
    assert run(world, ask(world)).status is GenerationStatus.SUCCEEDED


def test_given_moments_with_verdicts_when_generated_anew_then_those_stay_and_others_go(
    world: World,
):
    tell(world)
    generate(world)
    first, second, third = found(world)
    judge(world, first, MomentStatus.ACCEPTED)
    judge(world, second, MomentStatus.REJECTED)

    ended = generate(world, replace(FEW, count=5))

    ids = {one.moment_id for one in found(world)}
    assert {first.moment_id, second.moment_id} <= ids
    assert third.moment_id not in ids
    assert ended.kept == 2
    new = [one for one in found(world) if one.generation_id == ended.generation_id]
    assert len(new) == ended.found
    assert all(one.start >= first.end or one.end <= first.start for one in new)
    assert (second.start, second.end) not in {(one.start, one.end) for one in new}
    assert all("feedback" in one.parts for one in new)


def test_given_a_verdict_when_the_same_is_asked_again_then_it_is_ranked_anew_and_not_paid_again(
    world: World,
):
    tell(world)
    paid = FakeGenerator(name="claude-haiku", cost_usd=0.25)
    world.generators["claude-haiku"] = paid
    asked = replace(FEW, model="claude-haiku")
    first = generate(world, asked)
    judge(world, found(world)[0], MomentStatus.ACCEPTED)

    second = generate(world, asked)

    assert second.generation_id != first.generation_id
    assert (first.cost_usd, first.reused) == (0.25, False)
    assert (second.cost_usd, second.reused) == (0.0, True)
    assert len(paid.asked) == 1


def test_given_the_wish_for_others_when_asked_for_anew_then_the_generator_is_asked_again(
    world: World,
):
    tell(world)
    paid = FakeGenerator(name="claude-haiku", cost_usd=0.25)
    world.generators["claude-haiku"] = paid
    asked = replace(FEW, model="claude-haiku")
    generate(world, asked)

    again = generate(world, asked, regenerate=True)
    known = ask(world, asked)

    assert (again.reused, len(paid.asked)) == (False, 2)
    assert known == again


def test_given_a_correction_when_the_same_is_asked_again_then_the_new_words_are_looked_through(
    world: World,
):
    tell(world)
    generator = FakeGenerator()
    world.generators[EMBEDDED] = generator
    generate(world)

    tell(world, replace(BEES, version=2))
    second = generate(world)

    assert second.transcript_version == 2
    assert [asked[0].version for asked in generator.asked] == [1, 2]


def test_given_a_model_that_was_replaced_when_asked_again_then_it_is_tried_again(world: World):
    tell(world)
    broken = FakeGenerator(name=EMBEDDED, degraded=True)
    world.generators["claude-haiku"] = broken
    asked = replace(FEW, model="claude-haiku")
    first = generate(world, asked)

    world.generators["claude-haiku"] = FakeGenerator(name="claude-haiku")
    second = generate(world, asked)

    assert (first.generator, first.degraded) == (EMBEDDED, True)
    assert (second.generator, second.degraded, second.reused) == ("claude-haiku", False, False)


def test_given_a_worker_that_was_killed_when_run_again_then_nothing_is_asked_or_written_twice(
    world: World,
):
    tell(world)
    paid = FakeGenerator(name="claude-haiku", cost_usd=0.25)
    world.generators["claude-haiku"] = paid
    generation = ask(world, replace(FEW, model="claude-haiku"))
    world.moments.rows[(VIDEO, "blocks")] = replace(
        _any_moment(world), moment_id="blocks", revision=7
    )
    world.moments.refused = 99
    with pytest.raises(ConflictError):
        run(world, generation)
    world.moments.refused = 0

    ended = run(world, generation)
    again = run(world, generation)

    assert again == ended
    assert (ended.cost_usd, ended.reused, len(paid.asked)) == (0.25, False, 1)
    assert len(found(world)) == 3


def _any_moment(world: World) -> Moment:
    from tests.builders import make_moment

    return make_moment()


def test_given_a_moment_that_is_accepted_while_it_runs_when_it_ends_then_that_one_stays(
    world: World,
):
    tell(world)
    generate(world)
    moment = found(world)[0]
    generation = ask(world, replace(FEW, count=4))

    class Meanwhile(FakeGenerator):
        def generate(self, *args, **more):
            judge(world, moment, MomentStatus.ACCEPTED)
            return super().generate(*args, **more)

    world.generators[EMBEDDED] = Meanwhile()
    run(world, generation)

    stored = world.moments.get(VIDEO, moment.moment_id)
    assert stored
    assert stored.status is MomentStatus.ACCEPTED


def test_given_the_sound_when_it_was_looked_at_then_the_generator_is_shown_it(world: World):
    from functions.domain.analyses.boundaries import Boundaries, Envelope
    from functions.domain.analyses.result import AnalysisResult
    from functions.domain.codec import to_plain

    envelope = Envelope(step=10, levels="AAAA")
    found_sound = AnalysisResult(boundaries=Boundaries(envelope=envelope))
    world.media.write_json("a", to_plain(found_sound))
    tell(world, analysis_key="a", analysed=(Extra.SILENCE,))
    generator = FakeGenerator()
    world.generators[EMBEDDED] = generator

    generate(world)

    assert generator.asked[0][2] == envelope


def test_given_words_beyond_the_end_when_looked_through_then_no_moment_goes_there(world: World):
    from tests.builders import make_media

    tell(world, media=make_media(duration=LENGTH // 2))

    generate(world, replace(FEW, count=20))

    assert found(world)
    assert all(one.end <= LENGTH // 2 for one in found(world))


def test_given_a_video_that_was_deleted_when_run_then_it_fails_for_good(world: World):
    tell(world)
    generation = ask(world)
    world.videos._rows.pop(VIDEO)

    with pytest.raises(NotFoundError):
        run(world, generation)


def test_given_an_error_when_noted_then_the_video_is_free_and_the_first_reason_stays(
    world: World,
):
    tell(world)
    generation = ask(world)
    ids = {"video_id": VIDEO, "generation_id": generation.generation_id}

    first = fail_generation(world.moment_context, **ids, code="a.b", detail="So it is.")
    second = fail_generation(world.moment_context, **ids, code=None, detail=None)

    assert first
    assert (first.code, second) == ("a.b", None)
    stored = world.generations.latest(VIDEO)
    assert stored
    assert stored.error == first
    assert ask(world).number == 2
