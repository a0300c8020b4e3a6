"""Moments and generations: what holds for the tables and for the fakes alike."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from time import monotonic, sleep

import pytest

from functions.adapters.dynamo.generations import DynamoGenerationStore
from functions.adapters.dynamo.moments import DynamoMomentStore
from functions.domain.errors import StaleWriteError
from functions.domain.moments.generation import LOST, Generation, GenerationStatus
from functions.domain.moments.moment import Moment, MomentOptions, MomentStatus, Quote, Refinement
from functions.domain.moments.ports import GenerationStore, MomentStore
from functions.domain.moments.proposals import Proposals
from functions.domain.moments.usage import Usage
from tests.builders import make_failure, make_generation, make_moment
from tests.fakes.clock import EPOCH
from tests.fakes.moments import FakeGenerationStore, FakeMomentStore

LATER = EPOCH + timedelta(minutes=1)


@dataclass
class Stores:
    moments: MomentStore
    generations: GenerationStore


@pytest.fixture(params=["fake", "dynamodb"])
def stores(request: pytest.FixtureRequest, tables: dict[str, str]) -> Stores:
    if request.param == "fake":
        moments = FakeMomentStore()
        return Stores(moments, FakeGenerationStore(moments))
    return Stores(
        DynamoMomentStore(tables["moments"]),
        DynamoGenerationStore(tables["generations"], tables["moments"]),
    )


@pytest.fixture
def opened(stores: Stores, fresh: str) -> Generation:
    first = make_generation(video_id=fresh)
    assert stores.generations.open(first, None)
    return first


def _put(stores: Stores, video_id: str, *moments: Moment) -> list[Moment]:
    """Moments of a generation that has ended."""
    ours = [replace(one, video_id=video_id) for one in moments]
    before = stores.generations.latest(video_id)
    number = before.number + 1 if before else 1
    generation = make_generation(video_id=video_id, number=number)
    assert stores.generations.open(generation, before)
    assert stores.generations.finish(_done(generation), ours, [])
    return ours


def _done(generation: Generation) -> Generation:
    made = Proposals(
        generator="haiku",
        prompt_version="p1",
        model_id="m:0",
        parameters={"temperature": 0.2},
        usage=Usage(calls=2, input_tokens=900, output_tokens=80),
        cost_usd=0.0013,
        notes=("asked twice",),
    )
    return generation.succeeded(made, reused=False, found=1, kept=0, verdicts="none", now=LATER)


FULL = make_moment(
    quote=Quote(text="so it is", start=10_100, end=10_900),
    first_word=3,
    last_word=40,
    tags=("bees", "honey"),
    parts={"content": 0.25, "feedback": 0.5},
    status=MomentStatus.ACCEPTED,
    decided_at=EPOCH,
    parent_id="before",
    refinement=Refinement(instruction="longer", usage=Usage(calls=1), cost_usd=0.25),
    version=2,
)


class TestMomentStore:
    def test_given_a_moment_with_everything_when_read_then_it_is_as_it_was_written(
        self, stores: Stores, fresh: str
    ) -> None:
        (moment,) = _put(stores, fresh, FULL)

        assert stores.moments.get(fresh, moment.moment_id) == moment
        assert stores.moments.of_video(fresh) == [moment]
        assert stores.moments.get(fresh, "none") is None
        assert stores.moments.of_video("none") == []

    def test_given_a_moment_when_sought_by_its_id_alone_then_it_is_found(
        self, stores: Stores, fresh: str
    ) -> None:
        (moment,) = _put(stores, fresh, replace(FULL, moment_id=fresh))

        until = monotonic() + 10
        while (found := stores.moments.find(fresh)) is None and monotonic() < until:
            sleep(0.1)
        assert found == moment
        assert stores.moments.find(f"{fresh}-none") is None

    def test_given_two_that_read_the_same_when_both_save_then_the_second_is_refused(
        self, stores: Stores, fresh: str
    ) -> None:
        (moment,) = _put(stores, fresh, make_moment())

        saved = stores.moments.save(moment.decided(MomentStatus.ACCEPTED, LATER))

        assert saved.revision == moment.revision + 1
        with pytest.raises(StaleWriteError):
            stores.moments.save(moment.decided(MomentStatus.REJECTED, LATER))
        assert stores.moments.get(fresh, moment.moment_id) == saved

    def test_given_a_deleted_moment_when_saved_then_it_does_not_come_back(
        self, stores: Stores, fresh: str
    ) -> None:
        (moment,) = _put(stores, fresh, make_moment())
        stores.moments.remove([moment])

        with pytest.raises(StaleWriteError):
            stores.moments.save(moment)
        assert stores.moments.of_video(fresh) == []

    def test_given_a_refinement_when_written_then_parent_and_child_know_each_other(
        self, stores: Stores, fresh: str
    ) -> None:
        (parent,) = _put(stores, fresh, make_moment())
        child = make_moment(video_id=fresh, moment_id="c", parent_id=parent.moment_id, version=2)

        stores.moments.refine(parent, child)

        now = stores.moments.get(fresh, parent.moment_id)
        assert now
        assert (now.superseded_by, now.revision) == ("c", parent.revision + 1)
        assert stores.moments.get(fresh, "c") == child

    def test_given_two_refinements_at_once_when_written_then_one_wins(
        self, stores: Stores, fresh: str
    ) -> None:
        (parent,) = _put(stores, fresh, make_moment())
        children = [
            make_moment(video_id=fresh, moment_id=f"c{at}", parent_id=parent.moment_id)
            for at in range(4)
        ]

        def refine(child: Moment) -> bool:
            try:
                stores.moments.refine(parent, child)
            except StaleWriteError:
                return False
            return True

        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(refine, children)) == [False, False, False, True]
        assert len(stores.moments.of_video(fresh)) == 2

    def test_given_one_of_several_that_moved_on_when_removed_then_all_stay(
        self, stores: Stores, fresh: str
    ) -> None:
        first, second = _put(stores, fresh, make_moment(), make_moment(start=40_000, end=60_000))
        stores.moments.save(second)

        with pytest.raises(StaleWriteError):
            stores.moments.remove([first, second])

        assert len(stores.moments.of_video(fresh)) == 2


class TestGenerationStore:
    def test_given_no_generation_when_read_then_there_is_none(
        self, stores: Stores, fresh: str
    ) -> None:
        assert stores.generations.latest(fresh) is None
        assert stores.generations.get(fresh, "!head") is None
        assert stores.generations.of_video(fresh, limit=5, after=None).items == ()

    def test_given_a_generation_when_opened_then_it_reads_back_as_it_was(
        self, stores: Stores, opened: Generation
    ) -> None:
        assert stores.generations.latest(opened.video_id) == opened
        assert stores.generations.get(opened.video_id, opened.generation_id) == opened

    def test_given_an_open_one_when_another_is_opened_then_only_after_that_has_ended(
        self, stores: Stores, opened: Generation
    ) -> None:
        second = make_generation(video_id=opened.video_id, number=2, key="other")

        assert not stores.generations.open(second, None)
        assert not stores.generations.open(second, _done(opened))
        assert stores.generations.finish(_done(opened), [], [])
        assert not stores.generations.open(second, opened)
        assert stores.generations.open(second, _done(opened))
        assert stores.generations.latest(opened.video_id) == second

    def test_given_several_that_open_at_once_when_written_then_one_wins(
        self, stores: Stores, fresh: str
    ) -> None:
        wanted = [make_generation(video_id=fresh, key=f"k{at}") for at in range(4)]

        with ThreadPoolExecutor(4) as pool:
            opened = list(pool.map(lambda one: stores.generations.open(one, None), wanted))

        assert sorted(opened) == [False, False, False, True]
        assert len(stores.generations.of_video(fresh, limit=9, after=None).items) == 1

    def test_given_one_that_was_lost_when_the_next_is_opened_then_it_has_failed(
        self, stores: Stores, opened: Generation
    ) -> None:
        second = make_generation(video_id=opened.video_id, number=2, created_at=LATER)

        assert stores.generations.open(second, opened)

        lost = stores.generations.get(opened.video_id, opened.generation_id)
        assert lost == opened.failed(LOST, LATER)
        assert not stores.generations.finish(_done(opened), [], [])
        assert not stores.generations.begin(opened.begun(LATER))

    def test_given_one_that_ends_when_read_then_all_of_its_record_is_there(
        self, stores: Stores, opened: Generation
    ) -> None:
        assert stores.generations.begin(opened.begun(EPOCH))
        ended = _done(opened.begun(EPOCH))

        assert stores.generations.finish(ended, [], [])

        assert stores.generations.latest(opened.video_id) == ended

    def test_given_one_that_has_ended_when_it_ends_again_then_nothing_changes(
        self, stores: Stores, opened: Generation
    ) -> None:
        video_id = opened.video_id
        stores.generations.fail(opened.failed(make_failure(), LATER))

        assert not stores.generations.finish(_done(opened), [make_moment(video_id=video_id)], [])
        assert not stores.generations.fail(opened.failed(LOST, LATER))
        stored = stores.generations.get(video_id, opened.generation_id)
        assert stored
        assert (stored.status, stored.error) == (GenerationStatus.FAILED, make_failure())
        assert stores.moments.of_video(video_id) == []

    def test_given_moments_that_are_replaced_when_it_ends_then_all_are_exchanged_at_once(
        self, stores: Stores, fresh: str
    ) -> None:
        old = _put(stores, fresh, *(make_moment(start=at, end=at + 9) for at in range(20)))
        new = [make_moment(video_id=fresh, start=at, end=at + 8) for at in range(20)]
        latest = stores.generations.latest(fresh)
        second = make_generation(video_id=fresh, number=2, key="other")
        assert stores.generations.open(second, latest)

        assert stores.generations.finish(_done(second), new, old)

        found = sorted(stores.moments.of_video(fresh), key=lambda one: one.start)
        assert found == new

    def test_given_a_moment_that_was_accepted_meanwhile_when_it_ends_then_that_is_told(
        self, stores: Stores, fresh: str
    ) -> None:
        (moment,) = _put(stores, fresh, make_moment())
        accepted = stores.moments.save(moment.decided(MomentStatus.ACCEPTED, LATER))
        second = make_generation(video_id=fresh, number=2, key="other")
        assert stores.generations.open(second, stores.generations.latest(fresh))

        with pytest.raises(StaleWriteError):
            stores.generations.finish(_done(second), [], [moment])

        assert stores.moments.of_video(fresh) == [accepted]
        assert stores.generations.latest(fresh) == second

    def test_given_many_when_listed_then_newest_first_page_by_page(
        self, stores: Stores, fresh: str
    ) -> None:
        for _ in range(5):
            _put(stores, fresh)

        first = stores.generations.of_video(fresh, limit=3, after=None)
        rest = stores.generations.of_video(fresh, limit=3, after=first.next)

        assert [one.number for one in (*first.items, *rest.items)] == [5, 4, 3, 2, 1]

    def test_given_options_with_a_topic_when_read_then_they_are_as_they_were(
        self, stores: Stores, fresh: str
    ) -> None:
        wanted = MomentOptions(count=3, topic="Bienen & Honig", model="haiku")

        assert stores.generations.open(make_generation(video_id=fresh, options=wanted), None)

        latest = stores.generations.latest(fresh)
        assert latest
        assert latest.options == wanted
