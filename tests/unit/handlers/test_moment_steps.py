"""What each task of the search for moments takes and gives, as its state machine expects."""

from __future__ import annotations

import json
from typing import Any

import pytest

from functions.domain.extras import Extra
from functions.domain.failure import Failure
from functions.domain.moments.generation import Generation, GenerationStatus
from functions.domain.moments.moment import MomentOptions
from functions.domain.runs.run import RunStatus, Stage
from functions.domain.video import VideoStatus
from functions.handlers import (
    cut_clips,
    end_moments,
    fail_moments,
    fail_words,
    find_moments,
    generate_moments,
)
from functions.runtime import telemetry
from functions.runtime.step import Permanent, Retryable
from functions.services.moments.open_generation import Wanted, open_generation
from tests.builders import RUN, VIDEO, make_cause, make_run
from tests.fakes.lambda_context import FakeLambdaContext
from tests.fakes.world import World
from tests.unit.services.telling import tell


def call(handler, *, remaining_ms: int = 840_000, **event: object) -> dict[str, Any]:
    answer = handler.lambda_handler(event, FakeLambdaContext(remaining_ms=remaining_ms))
    assert json.loads(json.dumps(answer)) == answer
    return dict(answer)


@pytest.fixture
def generation(world: World) -> Generation:
    video = tell(world)
    wanted = Wanted(options=MomentOptions(count=2, minimum=10_000, maximum=40_000))
    return open_generation(world.moment_context, video, wanted)


def stored(world: World, generation: Generation) -> Generation:
    found = world.generations.get(VIDEO, generation.generation_id)
    assert found
    return found


def test_given_an_open_generation_when_called_then_only_ids_and_counts_are_passed_on(
    world: World, generation: Generation
):
    ids = {"video_id": VIDEO, "generation_id": generation.generation_id}

    assert call(generate_moments, **ids) == {**_id(generation), "found": 2}
    assert call(generate_moments, **ids) == {**_id(generation), "found": 2}
    assert stored(world, generation).status is GenerationStatus.SUCCEEDED
    assert world.out_of_time is False


def _id(generation: Generation) -> dict[str, str]:
    return {"generation_id": generation.generation_id}


def test_given_little_time_when_called_then_models_are_not_asked_any_more(
    world: World, generation: Generation
):
    ids = {"video_id": VIDEO, "generation_id": generation.generation_id}

    call(generate_moments, remaining_ms=59_000, **ids)

    assert world.out_of_time is True


def test_given_a_transcript_that_is_gone_when_called_then_it_is_not_tried_again(
    world: World, generation: Generation
):
    tell(world, transcript_key=None)

    with pytest.raises(Permanent, match=r"transcript\.not_asked"):
        call(generate_moments, video_id=VIDEO, generation_id=generation.generation_id)


def test_given_a_bucket_out_of_reach_when_called_then_it_is_tried_again(
    world: World, generation: Generation
):
    world.media.refuse.add(".json")

    with pytest.raises(Retryable):
        call(generate_moments, video_id=VIDEO, generation_id=generation.generation_id)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    names: list[str] = []
    monkeypatch.setattr(telemetry, "count", lambda name, *_, **__: names.append(name))
    return names


@pytest.mark.parametrize(
    ("said", "code", "fault"),
    [
        ({"code": "transcript.failed", "detail": "No words."}, "transcript.failed", False),
        ({"code": "dependency.unavailable", "detail": "Busy."}, "dependency.unavailable", True),
        (None, "moments.internal", True),
    ],
)
def test_given_an_error_when_recorded_then_the_generation_says_why_and_faults_of_ours_ring(
    world: World,
    generation: Generation,
    counted: list[str],
    said: dict[str, str] | None,
    code: str,
    fault: bool,
):
    cause = make_cause("Permanent", json.dumps(said)) if said else "no cause at all"
    event = {"video_id": VIDEO, **_id(generation), "error": "E", "cause": cause}

    assert call(fail_moments, **event) == {"failed": True}
    assert call(fail_moments, **event) == {"failed": False}

    error = stored(world, generation).error
    assert error
    assert error.code == code
    assert ("MomentFaults" in counted) == fault


def test_given_a_stopped_execution_when_told_of_then_the_video_is_free_again(
    world: World, generation: Generation
):
    told = json.dumps({"video_id": VIDEO, **_id(generation)})
    event = {"source": "aws.states", "detail": {"status": "ABORTED", "input": told}}

    assert call(end_moments, **event) == {"failed": True}
    assert call(end_moments, **event) == {"failed": False}
    assert stored(world, generation).status is GenerationStatus.FAILED


@pytest.fixture
def run(world: World) -> dict[str, str]:
    """The ids of a run of a video in which somebody speaks."""
    tell(world, status=VideoStatus.PROCESSING, run_id=RUN, extras=(Extra.CLIPS,))
    world.runs.create(make_run(status=RunStatus.RUNNING, todo=tuple(Stage)))
    return {"video_id": VIDEO, "run_id": RUN}


def test_given_a_run_when_it_comes_to_moments_and_clips_then_only_counts_are_passed_on(
    world: World, run: dict[str, str]
):
    assert call(find_moments, **run) == {"found": 5}
    assert call(find_moments, **run) == {"found": 5}
    assert call(cut_clips, **run) == {"clips": 5}
    assert call(cut_clips, **run) == {"clips": 5}
    assert len(world.segments.all()) == 5
    assert world.out_of_time is False


def test_given_moments_that_are_reused_when_told_of_then_nobody_counts_them_twice(
    world: World, run: dict[str, str], counted: list[str]
):
    call(find_moments, **run)
    world.runs.fail(VIDEO, RUN, Failure(code="a.b", detail="So.", stage="cut"), world.clock())
    world.runs.create(make_run(run_id="run-2", status=RunStatus.RUNNING, todo=tuple(Stage)))
    tell(world, status=VideoStatus.PROCESSING, run_id="run-2", extras=(Extra.CLIPS,))

    assert call(find_moments, video_id=VIDEO, run_id="run-2") == {"found": 5}

    assert counted.count("MomentsFound") == 1


def test_given_no_words_when_a_run_comes_to_moments_then_it_is_not_tried_again(
    world: World, run: dict[str, str]
):
    tell(world, transcript_key=None, status=VideoStatus.PROCESSING, run_id=RUN)

    with pytest.raises(Permanent, match=r"transcript\."):
        call(find_moments, **run)


@pytest.mark.parametrize(
    ("said", "code", "fault"),
    [
        ({"code": "transcript.failed", "detail": "No words."}, "transcript.failed", False),
        (None, "moments.internal", True),
    ],
)
def test_given_an_error_of_a_run_when_noted_then_its_stages_say_so_and_faults_of_ours_ring(
    world: World,
    run: dict[str, str],
    counted: list[str],
    said: dict[str, str] | None,
    code: str,
    fault: bool,
):
    cause = make_cause("Permanent", json.dumps(said)) if said else "no cause at all"

    assert call(fail_words, **run, error="E", cause=cause) == {"code": code}
    assert call(fail_words, **run, error="E", cause=cause) == {"code": code}

    noted = world.runs.get(VIDEO, RUN)
    assert noted
    assert noted.times(Stage.MOMENTS).given_up
    assert noted.times(Stage.CLIPS).given_up
    assert ("MomentFaults" in counted) == fault
