"""Runs: what holds for the table and for the fake alike."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from functions.adapters.dynamo.runs import DynamoRunStore
from functions.domain.cutting.budget import Estimate, Prices, Shape, Spent
from functions.domain.cutting.exactness import Exactness
from functions.domain.cutting.segmentation import Mode
from functions.domain.errors import RunOverError
from functions.domain.extras import Extra
from functions.domain.ids import ordered_id
from functions.domain.runs.lease import CLOSING
from functions.domain.runs.ports import RunStore
from functions.domain.runs.run import Outcome, Run, RunOptions, RunStatus, Stage
from tests.builders import make_failure, make_run
from tests.fakes.clock import EPOCH
from tests.fakes.runs import FakeRunStore

LATER = EPOCH + timedelta(minutes=1)
LATEST = EPOCH + timedelta(minutes=2)
ESTIMATE = Estimate(
    shape=Shape.WINDOWS, seconds=21.5, cost_usd=0.00021, functions=3, width=2, prices=Prices()
)


@pytest.fixture(params=["fake", "dynamodb"])
def runs(request: pytest.FixtureRequest, tables: dict[str, str]) -> RunStore:
    return FakeRunStore() if request.param == "fake" else DynamoRunStore(tables["runs"])


@pytest.fixture
def run(runs: RunStore, fresh: str) -> Run:
    """A run that is queued."""
    run = make_run(video_id=fresh)
    runs.create(run)
    return run


@pytest.fixture
def running(runs: RunStore, run: Run) -> Run:
    runs.begin(run.video_id, run.run_id, EPOCH)
    return stored(runs, run)


def stored(runs: RunStore, run: Run) -> Run:
    found = runs.get(run.video_id, run.run_id)
    assert found
    return found


def writes(runs: RunStore, run: Run) -> list[Callable[[], object]]:
    """All that a stage writes."""
    return [
        lambda: runs.stage_started(run, Stage.CLAIM, EPOCH),
        lambda: runs.stage_finished(run, Stage.CLAIM, EPOCH, reused=False),
        lambda: runs.planned(run, "plan.json", 1),
        lambda: runs.estimated(run, ESTIMATE),
    ]


ENDS = ["succeeded", "failed", "cancelled"]


def ended(runs: RunStore, run: Run, how: str, now: datetime = LATER) -> bool:
    if how == "succeeded":
        return runs.succeed(run, None, now)
    if how == "failed":
        return fail(runs, run, now)
    return runs.cancel(run.video_id, run.run_id, now)


def fail(runs: RunStore, run: Run, now: datetime = LATER) -> bool:
    return runs.fail(run.video_id, run.run_id, make_failure(), now)


class TestRunStore:
    def test_given_no_such_run_when_it_is_read_then_there_is_none(
        self, runs: RunStore, fresh: str
    ) -> None:
        assert runs.get(fresh, "run-1") is None

    def test_given_a_new_run_when_it_is_created_then_nothing_of_it_has_begun(
        self, runs: RunStore, run: Run
    ) -> None:
        found = stored(runs, run)

        assert (found.run_id, found.user_id) == (run.run_id, run.user_id)
        assert found.status is RunStatus.QUEUED
        assert found.created_at == run.created_at
        assert found.percent() == 0
        assert all(found.times(stage).started_at is None for stage in Stage)

    def test_given_a_run_that_goes_on_when_it_is_created_again_then_it_stays(
        self, runs: RunStore, running: Run
    ) -> None:
        assert not runs.create(make_run(video_id=running.video_id))

        assert stored(runs, running).status is RunStatus.RUNNING

    def test_given_a_queued_run_when_it_begins_twice_then_it_runs(
        self, runs: RunStore, run: Run
    ) -> None:
        assert runs.begin(run.video_id, run.run_id, EPOCH)
        assert runs.begin(run.video_id, run.run_id, EPOCH)

        assert stored(runs, run).status is RunStatus.RUNNING

    @pytest.mark.parametrize("well", [True, False])
    def test_given_a_run_that_has_ended_when_it_begins_then_it_does_not(
        self, runs: RunStore, running: Run, well: bool
    ) -> None:
        assert runs.succeed(running, None, LATER) if well else fail(runs, running)
        ended = stored(runs, running)

        assert not runs.begin(running.video_id, running.run_id, EPOCH)

        assert stored(runs, running) == ended

    def test_given_no_such_run_when_anything_is_done_to_it_then_none_appears(
        self, runs: RunStore, fresh: str
    ) -> None:
        absent = make_run(video_id=fresh)
        for write in writes(runs, absent):
            with pytest.raises(RunOverError):
                write()
        runs.stage_failed(absent, Stage.CLAIM, "media.empty")
        runs.spent(absent.video_id, absent.run_id, milliseconds=1, memory_mb=1)
        runs.let_go(absent)

        assert not runs.progressed(absent, 0, 1)
        assert not runs.renew(fresh, absent.run_id, LATEST)
        assert not runs.cancel(fresh, absent.run_id, EPOCH)

        assert not runs.begin(fresh, absent.run_id, EPOCH)
        assert not runs.succeed(absent, None, EPOCH)
        assert not fail(runs, absent)
        assert runs.get(fresh, absent.run_id) is None

    def test_given_a_stage_when_it_starts_and_ends_twice_then_the_first_times_stay(
        self, runs: RunStore, running: Run
    ) -> None:
        for now, reused in ((EPOCH, True), (LATER, False)):
            runs.stage_started(running, Stage.PROBE, now)
            runs.stage_finished(running, Stage.PROBE, now + timedelta(seconds=5), reused=reused)

        times = stored(runs, running).times(Stage.PROBE)

        assert times.started_at == EPOCH
        assert times.finished_at == EPOCH + timedelta(seconds=5)
        assert times.reused

    def test_given_a_plan_when_it_is_noted_then_it_reads_back(
        self, runs: RunStore, running: Run
    ) -> None:
        runs.planned(running, "media/plan.json", 61_234)

        found = stored(runs, running)
        assert (found.plan_key, found.media_duration) == ("media/plan.json", 61_234)

    def test_given_a_window_when_lower_progress_comes_late_then_it_changes_nothing(
        self, runs: RunStore, running: Run
    ) -> None:
        for window, done in ((0, 0), (0, 500), (11, 70), (0, 400), (0, 500)):
            runs.progressed(running, window, done)

        assert stored(runs, running).progress == {"0": 500, "11": 70}

    def test_given_many_workers_when_they_report_at_once_then_the_highest_stays(
        self, runs: RunStore, running: Run
    ) -> None:
        told = [(window, done) for window in range(4) for done in range(0, 100, 9)]
        random.Random(1).shuffle(told)

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda pair: runs.progressed(running, *pair), told))

        assert stored(runs, running).progress == {str(window): 99 for window in range(4)}

    def test_given_an_estimate_when_stored_then_it_is_read_as_it_was(
        self, runs: RunStore, running: Run
    ) -> None:
        runs.estimated(running, ESTIMATE)

        assert stored(runs, running).estimate == ESTIMATE

    def test_given_many_functions_when_they_tell_what_they_took_then_it_is_added_up(
        self, runs: RunStore, running: Run
    ) -> None:
        def tell(milliseconds: int) -> None:
            place = (running.video_id, running.run_id)
            runs.spent(*place, milliseconds=milliseconds, memory_mb=512)

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(tell, range(1, 21)))

        assert stored(runs, running).spent == Spent(
            calls=20, milliseconds=210, mb_milliseconds=210 * 512
        )

    def test_given_a_queued_run_when_it_succeeds_then_it_does_not(
        self, runs: RunStore, run: Run
    ) -> None:
        assert not runs.succeed(run, None, LATER)

        assert stored(runs, run).status is RunStatus.QUEUED

    def test_given_a_running_run_when_it_succeeds_twice_then_the_first_end_stays(
        self, runs: RunStore, running: Run
    ) -> None:
        assert runs.succeed(running, None, LATER)

        again = runs.succeed(running, None, LATEST)

        found = stored(runs, running)
        assert found.status is RunStatus.SUCCEEDED
        assert (again, found.finished_at) == (False, LATER)

    @pytest.mark.parametrize("begun", [True, False])
    def test_given_an_open_run_when_it_fails_twice_then_the_first_failure_stays(
        self, runs: RunStore, run: Run, begun: bool
    ) -> None:
        if begun:
            runs.begin(run.video_id, run.run_id, EPOCH)

        assert fail(runs, run)
        again = make_failure(code="other.code")
        assert not runs.fail(run.video_id, run.run_id, again, LATEST)

        found = stored(runs, run)
        assert (found.status, found.error) == (RunStatus.FAILED, make_failure())
        assert found.finished_at == LATER

    def test_given_a_run_that_ended_one_way_when_it_ends_the_other_then_it_does_not(
        self, runs: RunStore, running: Run
    ) -> None:
        runs.succeed(running, None, LATER)

        assert not fail(runs, running, LATEST)

        assert stored(runs, running).status is RunStatus.SUCCEEDED

    @pytest.mark.parametrize("end", ENDS)
    def test_given_a_run_that_has_ended_when_a_worker_goes_on_then_it_is_told_and_writes_nothing(
        self, runs: RunStore, running: Run, end: str
    ) -> None:
        assert ended(runs, running, end)
        before = stored(runs, running)

        for write in writes(runs, running):
            with pytest.raises(RunOverError):
                write()

        assert not runs.progressed(running, 0, 5)
        assert not runs.renew(running.video_id, running.run_id, LATEST)
        assert stored(runs, running) == before

    @pytest.mark.parametrize("first", ENDS)
    @pytest.mark.parametrize("second", ENDS)
    def test_given_a_run_that_has_ended_when_it_is_to_end_again_then_the_first_end_stays(
        self, runs: RunStore, running: Run, first: str, second: str
    ) -> None:
        assert ended(runs, running, first)
        before = stored(runs, running)

        assert not ended(runs, running, second, LATEST)

        assert stored(runs, running) == before
        assert before.finished_at == LATER

    def test_given_a_run_when_many_ends_come_at_once_then_just_one_is_its_end(
        self, runs: RunStore, running: Run
    ) -> None:
        with ThreadPoolExecutor(9) as pool:
            won = list(pool.map(lambda end: ended(runs, running, end), ENDS * 6))

        assert sum(won) == 1
        assert not stored(runs, running).open

    @pytest.mark.parametrize("begun", [True, False])
    def test_given_an_open_run_when_it_is_cancelled_then_it_says_so(
        self, runs: RunStore, run: Run, begun: bool
    ) -> None:
        if begun:
            runs.begin(run.video_id, run.run_id, EPOCH)

        assert runs.cancel(run.video_id, run.run_id, LATER)

        found = stored(runs, run)
        assert (found.status, found.finished_at) == (RunStatus.CANCELLED, LATER)
        assert found.watched

    def test_given_a_run_that_succeeds_when_it_cut_then_it_says_what_it_leaves(
        self, runs: RunStore, running: Run
    ) -> None:
        outcome = Outcome(segment_count=7, poster_id="poster")

        runs.succeed(running, outcome, LATER)

        found = stored(runs, running)
        assert (found.outcome, found.lease_until) == (outcome, LATER + CLOSING)

    def test_given_a_lease_when_it_is_moved_on_then_it_reads_back(
        self, runs: RunStore, run: Run
    ) -> None:
        assert runs.renew(run.video_id, run.run_id, LATEST)

        assert stored(runs, run).lease_until == LATEST

    def test_given_an_open_run_when_it_is_let_go_then_it_is_still_watched(
        self, runs: RunStore, running: Run
    ) -> None:
        runs.let_go(running)

        assert stored(runs, running).watched

    def test_given_a_run_that_has_ended_when_it_is_let_go_then_it_is_watched_no_more(
        self, runs: RunStore, running: Run
    ) -> None:
        fail(runs, running)

        runs.let_go(running)

        found = stored(runs, running)
        assert (found.watched, found.lease_until) == (False, None)
        assert found.status is RunStatus.FAILED

    def test_given_a_stage_when_it_is_tried_and_fails_then_its_history_tells(
        self, runs: RunStore, running: Run
    ) -> None:
        for code in ("dependency.unavailable", "cut.read_failed"):
            runs.stage_started(running, Stage.PROBE, LATER)
            runs.stage_failed(running, Stage.PROBE, code)
        runs.stage_started(running, Stage.CUT, LATER, counted=False)

        found = stored(runs, running)
        times = found.times(Stage.PROBE)
        assert (times.attempts, times.errors) == (2, 2)
        assert times.last_error == "cut.read_failed"
        assert found.times(Stage.CUT).attempts == 0

    def test_given_a_stage_that_is_given_up_when_read_then_it_says_so(
        self, runs: RunStore, running: Run
    ) -> None:
        runs.stage_finished(running, Stage.HLS, LATER, reused=False, given_up=True)

        assert stored(runs, running).times(Stage.HLS).given_up

    def test_given_options_and_a_course_when_stored_then_they_are_read_as_they_were(
        self, runs: RunStore, fresh: str
    ) -> None:
        asked = make_run(
            video_id=fresh,
            number=3,
            todo=(Stage.CLAIM, Stage.PROBE, Stage.HLS, Stage.FINISH),
            redo=(Stage.HLS, Stage.FINISH),
            options=RunOptions(
                mode=Mode.SCENES,
                cut=Exactness.SMART,
                extras=(Extra.HLS,),
                stages=(Stage.HLS,),
                from_stage=Stage.HLS,
            ),
        )

        runs.create(asked)

        assert stored(runs, asked) == replace(asked, stages=stored(runs, asked).stages)


class TestRunList:
    def test_given_runs_when_listed_in_pages_then_the_newest_come_first_and_each_once(
        self, runs: RunStore, fresh: str
    ) -> None:
        made = [make_run(video_id=fresh, run_id=ordered_id(n, "x"), number=n) for n in range(1, 13)]
        for one in random.Random(3).sample(made, len(made)):
            runs.create(one)
        runs.create(make_run(video_id=f"{fresh}-other", run_id=ordered_id(99, "x")))

        seen, after = list[int](), None
        while True:
            page = runs.of_video(fresh, limit=5, after=after)
            seen += [one.number for one in page.items]
            after = page.next
            if after is None:
                break

        assert seen == list(range(12, 0, -1))

    def test_given_no_runs_when_listed_then_the_list_is_empty(
        self, runs: RunStore, fresh: str
    ) -> None:
        page = runs.of_video(fresh, limit=5, after=None)

        assert (page.items, page.next) == ((), None)
