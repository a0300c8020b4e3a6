"""Runs: what holds for the table and for the fake alike."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from functions.adapters.dynamo.runs import DynamoRunStore
from functions.domain.budget import Estimate, Prices, Shape, Spent
from functions.domain.ports import RunStore
from functions.domain.run import Run, RunStatus, Stage
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
    runs.begin(run.video_id, run.run_id)
    return stored(runs, run)


def stored(runs: RunStore, run: Run) -> Run:
    found = runs.get(run.video_id, run.run_id)
    assert found
    return found


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
        assert runs.begin(run.video_id, run.run_id)
        assert runs.begin(run.video_id, run.run_id)

        assert stored(runs, run).status is RunStatus.RUNNING

    @pytest.mark.parametrize("well", [True, False])
    def test_given_a_run_that_has_ended_when_it_begins_then_it_does_not(
        self, runs: RunStore, running: Run, well: bool
    ) -> None:
        assert runs.succeed(running, LATER) if well else fail(runs, running)
        ended = stored(runs, running)

        assert not runs.begin(running.video_id, running.run_id)

        assert stored(runs, running) == ended

    def test_given_no_such_run_when_anything_is_done_to_it_then_none_appears(
        self, runs: RunStore, fresh: str
    ) -> None:
        absent = make_run(video_id=fresh)
        runs.stage_started(absent, Stage.CLAIM, EPOCH)
        runs.stage_finished(absent, Stage.CLAIM, EPOCH, reused=False)
        runs.planned(absent, "plan.json", 1)
        runs.progressed(absent, 0, 1)
        runs.estimated(absent, ESTIMATE)
        runs.spent(absent.video_id, absent.run_id, milliseconds=1, memory_mb=1)

        assert not runs.begin(fresh, absent.run_id)
        assert not runs.succeed(absent, EPOCH)
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
        assert not runs.succeed(run, LATER)

        assert stored(runs, run).status is RunStatus.QUEUED

    def test_given_a_running_run_when_it_succeeds_twice_then_the_first_end_stays(
        self, runs: RunStore, running: Run
    ) -> None:
        assert runs.succeed(running, LATER)

        again = runs.succeed(running, LATEST)

        found = stored(runs, running)
        assert found.status is RunStatus.SUCCEEDED
        assert (again, found.finished_at) == (False, LATER)

    @pytest.mark.parametrize("begun", [True, False])
    def test_given_an_open_run_when_it_fails_twice_then_the_first_failure_stays(
        self, runs: RunStore, run: Run, begun: bool
    ) -> None:
        if begun:
            runs.begin(run.video_id, run.run_id)

        assert fail(runs, run)
        again = make_failure(code="other.code")
        assert not runs.fail(run.video_id, run.run_id, again, LATEST)

        found = stored(runs, run)
        assert (found.status, found.error) == (RunStatus.FAILED, make_failure())
        assert found.finished_at == LATER

    def test_given_a_run_that_ended_one_way_when_it_ends_the_other_then_it_does_not(
        self, runs: RunStore, running: Run
    ) -> None:
        runs.succeed(running, LATER)

        assert not fail(runs, running, LATEST)

        assert stored(runs, running).status is RunStatus.SUCCEEDED
