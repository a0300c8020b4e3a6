from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from functions.domain.errors import RunOverError
from functions.domain.runs.run import Run, RunStatus, Stage, StageTimes
from tests.builders import RUN, VIDEO, make_failure, make_run
from tests.fakes.clock import EPOCH
from tests.fakes.runs import FakeRunStore

DURATION = 60_000

updates = st.one_of(
    st.tuples(st.just("started"), st.sampled_from(Stage)),
    st.tuples(st.just("finished"), st.sampled_from(Stage)),
    st.tuples(
        st.just("progressed"),
        st.integers(min_value=0, max_value=3),
        st.integers(min_value=0, max_value=DURATION),
    ),
    st.just(("planned",)),
    st.just(("begun",)),
    st.just(("succeeded",)),
    st.just(("failed",)),
)


def _apply(store: FakeRunStore, run: Run, update: tuple) -> None:
    match update:
        case ("started", stage):
            store.stage_started(run, stage, EPOCH)
        case ("finished", stage):
            store.stage_finished(run, stage, EPOCH, reused=False)
        case ("progressed", window, done):
            store.progressed(run, window, done)
        case ("planned",):
            store.planned(run, "plan.json", DURATION)
        case ("begun",):
            store.begin(VIDEO, RUN, EPOCH)
        case ("succeeded",):
            store.succeed(run, None, EPOCH)
        case ("failed",):
            store.fail(VIDEO, RUN, make_failure(), EPOCH)


@given(st.lists(updates, max_size=30))
def test_given_any_updates_in_any_order_when_read_in_between_then_the_percentage_never_falls(
    sequence: list[tuple],
):
    store = FakeRunStore()
    run = make_run()
    store.create(run)
    seen = [0.0]
    for update in sequence:
        with suppress(RunOverError):
            _apply(store, run, update)
        known = store.get(VIDEO, RUN)
        assert known
        seen.append(known.percent())

    assert seen == sorted(seen)
    assert max(seen) <= 100


def _finished(*stages: Stage) -> dict[Stage, StageTimes]:
    return {stage: StageTimes(started_at=EPOCH, finished_at=EPOCH) for stage in stages}


def test_given_a_new_run_when_read_then_nothing_is_done():
    assert (make_run().percent(), make_run().stage()) == (0.0, Stage.CLAIM)


def test_given_every_stage_is_finished_when_the_run_is_still_open_then_it_is_not_at_a_hundred():
    run = make_run(status=RunStatus.RUNNING, stages=_finished(*Stage))

    assert run.percent() == 99.9


def test_given_a_run_that_succeeded_when_read_then_it_is_at_a_hundred():
    assert make_run(status=RunStatus.SUCCEEDED).percent() == 100.0


def test_given_half_of_the_media_is_worked_through_when_read_then_half_of_the_cut_is_counted():
    stages = {
        **_finished(Stage.CLAIM, Stage.PROBE, Stage.PLAN),
        Stage.CUT: StageTimes(started_at=EPOCH),
    }
    run = make_run(stages=stages, progress={"0": 20_000, "1": 10_000}, media_duration=DURATION)

    assert run.percent() == 6 + 39


def test_given_more_progress_than_media_when_read_then_the_cut_counts_once():
    run = make_run(progress={"0": 2 * DURATION}, media_duration=DURATION)

    assert run.percent() == 78.0


def test_given_a_failed_run_when_read_then_it_shows_how_far_it_came():
    run = make_run(status=RunStatus.RUNNING, stages=_finished(Stage.CLAIM, Stage.PROBE))

    assert replace(run, status=RunStatus.FAILED).percent() == run.percent() == 4.0


def test_given_stages_that_have_begun_when_asked_then_the_run_is_in_the_latest():
    stages = {
        **_finished(Stage.CLAIM, Stage.PROBE, Stage.PLAN),
        Stage.CUT: StageTimes(started_at=EPOCH),
    }

    assert make_run(stages=stages).stage() is Stage.CUT


def test_given_a_run_of_few_stages_when_they_are_done_then_the_others_are_not_waited_for():
    todo = (Stage.CLAIM, Stage.PROBE, Stage.ANALYSIS, Stage.FINISH)
    run = make_run(todo=todo, stages=_finished(Stage.CLAIM, Stage.PROBE))

    assert run.percent() == 25.0
    assert (run.does(Stage.ANALYSIS), run.does(Stage.CUT)) == (True, False)
