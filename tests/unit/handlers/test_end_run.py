"""Executions that end by no catch: stopped by an operator, or out of time."""

from __future__ import annotations

import json

import pytest

from functions.domain.runs.run import RunStatus
from functions.domain.video import VideoStatus
from functions.handlers import end_run, fail_run
from tests.builders import RUN, VIDEO, make_cause
from tests.fakes.lambda_context import FakeLambdaContext
from tests.fakes.world import World


def _event(status: str) -> dict[str, object]:
    detail = {"status": status, "input": json.dumps({"video_id": VIDEO, "run_id": RUN})}
    return {"source": "aws.states", "detail": detail}


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("ABORTED", "pipeline.stopped"),
        ("TIMED_OUT", "pipeline.overdue"),
        ("FAILED", "pipeline.internal"),
    ],
)
def test_given_an_execution_that_ended_badly_when_told_of_then_the_video_can_be_started_again(
    world: World, status: str, code: str
):
    world.queue()
    world.claim()

    answer = end_run.lambda_handler(_event(status), FakeLambdaContext())

    assert answer == {"code": code}
    assert world.run().status is RunStatus.FAILED
    assert world.video().status is VideoStatus.FAILED


def test_given_a_run_that_says_why_it_failed_when_told_of_its_end_then_it_still_says_so(
    world: World,
):
    world.queue()
    world.claim()
    said = json.dumps({"code": "media.empty", "detail": "The file has no bytes."})
    cause = make_cause("Permanent", said)
    fail_run.lambda_handler(
        {"video_id": VIDEO, "run_id": RUN, "error": "Permanent", "cause": cause},
        FakeLambdaContext(),
    )

    end_run.lambda_handler(_event("FAILED"), FakeLambdaContext())

    error = world.run().error
    assert error is not None
    assert error.code == "media.empty"


def test_given_a_finished_run_when_told_of_an_end_then_it_stays_finished(world: World):
    world.plan_made()
    world.cut_all()
    world.join()
    world.finish()

    end_run.lambda_handler(_event("TIMED_OUT"), FakeLambdaContext())

    assert world.run().status is RunStatus.SUCCEEDED
    assert world.video().status is VideoStatus.READY
