"""New versions of a moment, verdicts, and what is deleted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from functions.domain.errors import (
    ConflictError,
    InvalidInputError,
    NotFoundError,
    PreconditionError,
    UnavailableError,
)
from functions.domain.moments.moment import (
    EMBEDDED,
    MAX_VERSIONS,
    Edges,
    Moment,
    MomentStatus,
    Proposal,
)
from functions.domain.moments.proposals import Proposals
from functions.domain.moments.usage import Usage
from functions.domain.paging import Position
from functions.domain.transcripts.transcript import Transcript
from functions.services.moments.instruct_moment import Instructed
from functions.services.moments.judge_moment import Named, delete_moment, judge_moment
from functions.services.moments.list_moments import (
    MomentOrder,
    MomentQuery,
    MomentVersions,
    list_moments,
)
from functions.services.moments.refine_moment import Exactly, refine_moment
from tests.builders import STRANGER, VIDEO, make_caller, make_moment
from tests.fakes.world import World
from tests.unit.services.telling import BEES, LENGTH, tell

WORDS = BEES.words
FIRST, LAST = BEES.sentences[3], BEES.sentences[7]


class FakeRefiner:
    """Answers with these words, or fails."""

    def __init__(self, span: tuple[int, int] | None) -> None:
        self._span = span

    def refine(self, transcript: Transcript, moment: Moment, instruction: str) -> Proposals:
        if self._span is None:
            raise UnavailableError("moments.model_unavailable", "The model service failed (x).")
        one = Proposal(
            first=self._span[0],
            last=self._span[1],
            score=0.9,
            parts={"hook": 0.9},
            title="A model's title",
            reason="A model's reason",
            source="claude-haiku",
        )
        usage = Usage(calls=1, input_tokens=100, output_tokens=20)
        return Proposals(
            items=(one,),
            generator="claude-haiku",
            model_id="m:0",
            prompt_version="p",
            usage=usage,
            cost_usd=0.01,
        )


@pytest.fixture
def moment(world: World) -> Moment:
    """Sentences 3 to 7."""
    tell(world)
    made = make_moment(start=WORDS[FIRST.first].start, end=WORDS[LAST.last].end)
    world.moments.rows[VIDEO, made.moment_id] = made
    return made


def named(moment: Moment, **more: str) -> Named:
    return Named(make_caller(**more), VIDEO, moment.moment_id)


def refine(world: World, moment: Moment, wanted: Exactly | Instructed | str) -> Moment:
    if isinstance(wanted, str):
        wanted = Instructed(instruction=wanted, model=EMBEDDED)
    return refine_moment(world.moment_context, world.refiner, named(moment), wanted)


def test_given_exact_times_when_refined_then_they_are_honoured_to_the_millisecond(
    world: World, moment: Moment
):
    child = refine(world, moment, Exactly(start=1_234, end=98_765))

    assert (child.start, child.end, child.edges) == (1_234, 98_765, Edges.EXACT)
    assert (child.version, child.parent_id) == (2, moment.moment_id)
    assert child.first_word is not None
    assert child.last_word is not None
    assert WORDS[child.first_word].start >= 1_234
    assert WORDS[child.last_word].end <= 98_765
    assert child.quote
    stored = world.moments.get(VIDEO, moment.moment_id)
    assert stored
    assert stored.superseded_by == child.moment_id
    assert (stored.start, stored.end) == (moment.start, moment.end)


def test_given_exact_times_beyond_the_end_when_refined_then_it_ends_with_the_video(
    world: World, moment: Moment
):
    assert refine(world, moment, Exactly(start=9_000, end=LENGTH * 3)).end == LENGTH


def test_given_exact_times_after_the_end_when_refined_then_it_is_told(world: World, moment: Moment):
    with pytest.raises(InvalidInputError) as refused:
        refine(world, moment, Exactly(start=LENGTH, end=LENGTH * 2))

    assert refused.value.fields[0].pointer == "/start"


def test_given_exact_times_in_a_pause_when_refined_then_there_is_nothing_to_quote(
    world: World, moment: Moment
):
    child = refine(world, moment, Exactly(start=0, end=400))

    assert (child.first_word, child.quote) == (None, None)


def test_given_an_instruction_when_refined_then_it_may_grow_beyond_the_first_range(
    world: World, moment: Moment
):
    child = refine(world, moment, "start one sentence earlier and end two sentences later")

    assert child.start == WORDS[BEES.sentences[2].first].start
    assert child.end == WORDS[BEES.sentences[9].last].end
    assert child.edges is Edges.SENTENCE
    assert (child.title, child.score, child.parts) == (moment.title, moment.score, moment.parts)
    assert child.refinement
    assert child.refinement.instruction == "start one sentence earlier and end two sentences later"
    assert (child.refinement.made_by, child.refinement.cost_usd) == (EMBEDDED, 0.0)


def test_given_words_that_are_not_understood_when_refined_then_nothing_is_written(
    world: World, moment: Moment
):
    with pytest.raises(InvalidInputError):
        refine(world, moment, "make it funnier")

    assert world.moments.of_video(VIDEO) == [moment]


def test_given_a_model_when_it_refines_then_its_words_and_cost_are_kept(
    world: World, moment: Moment
):
    span = BEES.sentences[1].first, BEES.sentences[8].last
    world.refiners["claude-haiku"] = FakeRefiner(span)

    child = refine(world, moment, Instructed(instruction="more of it", model="claude-haiku"))

    assert (child.start, child.end) == (WORDS[span[0]].start, WORDS[span[1]].end)
    assert (child.title, child.source) == ("A model's title", "claude-haiku")
    assert child.refinement
    assert (child.refinement.model_id, child.refinement.cost_usd) == ("m:0", 0.01)
    assert child.refinement.usage.input_tokens == 100


def test_given_a_model_out_of_reach_when_words_are_simple_then_they_are_followed_all_the_same(
    world: World, moment: Moment
):
    world.refiners["claude-haiku"] = FakeRefiner(None)

    child = refine(world, moment, Instructed(instruction="longer", model="claude-haiku"))

    assert child.refinement
    assert child.refinement.made_by == EMBEDDED
    assert child.refinement.notes == ("The model service failed (x).",)


def test_given_a_model_out_of_reach_when_words_are_not_simple_then_that_is_told(
    world: World, moment: Moment
):
    world.refiners["claude-haiku"] = FakeRefiner(None)

    with pytest.raises(UnavailableError):
        refine(world, moment, Instructed(instruction="funnier", model="claude-haiku"))


def test_given_a_transcript_that_has_lost_its_words_when_refined_then_it_is_told(
    world: World, moment: Moment
):
    tell(world, Transcript(language="en", engine="e", version=2))

    with pytest.raises(ConflictError, match="Nobody speaks"):
        refine(world, moment, "longer")


def test_given_a_model_that_there_is_not_when_refined_then_it_is_refused(
    world: World, moment: Moment
):
    with pytest.raises(InvalidInputError):
        refine(world, moment, Instructed(instruction="longer", model="gpt"))


def test_given_an_older_version_when_refined_or_judged_then_it_leads_to_the_latest(
    world: World, moment: Moment
):
    child = refine(world, moment, "longer")

    for act in (
        lambda: refine(world, moment, "shorter"),
        lambda: judge_moment(world.moment_context, named(moment), MomentStatus.ACCEPTED),
        lambda: delete_moment(world.moment_context, named(moment)),
    ):
        with pytest.raises(ConflictError, match=child.moment_id) as refused:
            act()
        assert refused.value.code == "moment.superseded"


@pytest.mark.parametrize(
    ("status", "kept"),
    [
        (MomentStatus.ACCEPTED, MomentStatus.ACCEPTED),
        (MomentStatus.REJECTED, MomentStatus.PROPOSED),
    ],
)
def test_given_a_verdict_when_refined_then_only_acceptance_goes_on(
    world: World, moment: Moment, status: MomentStatus, kept: MomentStatus
):
    judged = judge_moment(world.moment_context, named(moment), status)

    assert refine(world, judged, "longer").status is kept


def test_given_many_versions_when_refined_then_there_is_an_end_to_it(world: World, moment: Moment):
    world.moments.rows[VIDEO, moment.moment_id] = replace(moment, version=MAX_VERSIONS)

    with pytest.raises(ConflictError, match="versions at the most"):
        refine(world, moment, "longer")


def test_given_a_verdict_when_given_again_then_nothing_is_written(world: World, moment: Moment):
    first = judge_moment(world.moment_context, named(moment), MomentStatus.ACCEPTED)
    writes = world.moments.writes

    second = judge_moment(world.moment_context, named(moment), MomentStatus.ACCEPTED)

    assert second == first
    assert world.moments.writes == writes
    back = judge_moment(world.moment_context, named(moment), MomentStatus.PROPOSED)
    assert (back.status, back.decided_at) == (MomentStatus.PROPOSED, None)


def test_given_a_revision_that_moved_on_when_judged_then_it_is_refused(
    world: World, moment: Moment
):
    judge_moment(world.moment_context, named(moment), MomentStatus.ACCEPTED, frozenset({1}))

    with pytest.raises(PreconditionError):
        judge_moment(world.moment_context, named(moment), MomentStatus.REJECTED, frozenset({1}))


def test_given_another_writer_when_judged_then_it_is_tried_again(world: World, moment: Moment):
    world.moments.refused = 2

    judged = judge_moment(world.moment_context, named(moment), MomentStatus.REJECTED)

    assert judged.status is MomentStatus.REJECTED


def test_given_a_refined_moment_when_deleted_then_its_older_versions_go_with_it(
    world: World, moment: Moment
):
    child = refine(world, refine(world, moment, "longer"), "longer")

    delete_moment(world.moment_context, named(child))

    assert world.moments.of_video(VIDEO) == []


@pytest.mark.parametrize("moment_id", ["none", "", "x" * 5_000])
def test_given_no_such_moment_when_acted_on_then_there_is_none(
    world: World, moment: Moment, moment_id: str
):
    with pytest.raises(NotFoundError):
        judge_moment(
            world.moment_context, Named(make_caller(), VIDEO, moment_id), MomentStatus.ACCEPTED
        )


def test_given_another_user_when_acting_then_it_looks_like_nothing(world: World, moment: Moment):
    stranger = Named(make_caller(STRANGER), VIDEO, moment.moment_id)

    with pytest.raises(NotFoundError, match="video"):
        delete_moment(world.moment_context, stranger)


def _listed(world: World, limit: int = 100, **more: object) -> list[Moment]:
    query = MomentQuery(video_id=VIDEO, **more)
    found: list[Moment] = []
    after: Position | None = None
    while True:
        page = list_moments(world.moment_context, query, limit=limit, after=after)
        assert len(page.items) <= limit
        found += page.items
        after = page.next
        if after is None:
            return found


@pytest.mark.parametrize("limit", [1, 2, 3, 7])
@pytest.mark.parametrize("order", MomentOrder)
def test_given_moments_when_listed_page_by_page_then_each_comes_once_in_order(
    world: World, order: MomentOrder, limit: int
):
    for at in range(7):
        one = make_moment(start=at * 1_000, end=at * 1_000 + 900, score=(at * 3 % 5) / 5)
        world.moments.rows[VIDEO, one.moment_id] = one

    found = _listed(world, limit, order=order)

    keys = {
        MomentOrder.TIME: lambda one: one.start,
        MomentOrder.SCORE: lambda one: (-one.score, one.start),
    }
    assert found == sorted(world.moments.of_video(VIDEO), key=keys[order])


def test_given_verdicts_and_versions_when_listed_then_as_the_filters_say(
    world: World, moment: Moment
):
    other = make_moment(start=90_000, end=99_000, status=MomentStatus.REJECTED)
    world.moments.rows[VIDEO, other.moment_id] = other
    child = refine(world, moment, "longer")

    assert [one.moment_id for one in _listed(world)] == [child.moment_id, other.moment_id]
    assert _listed(world, statuses=(MomentStatus.REJECTED,)) == [other]
    assert len(_listed(world, versions=MomentVersions.ALL)) == 3
