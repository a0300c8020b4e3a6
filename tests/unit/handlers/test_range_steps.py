"""What each task of a range takes and gives, as its state machine expects."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import pytest

from functions.domain.segments.segment import SegmentStatus
from functions.handlers import cut_range, fail_range, plan_range
from functions.runtime import telemetry
from functions.runtime.step import Permanent, Retryable
from tests.builders import RANGE, make_cause
from tests.fakes.lambda_context import FakeLambdaContext
from tests.fakes.ranges import KEYS, Ranges
from tests.fakes.world import World

PLACES = {"plan_key": KEYS.plan_key, "target_key": KEYS.target_key}
NOT_PLANNED = {"plan_key": "", "target_key": ""}


def call(handler, *, remaining_ms: int = 600_000, **more: object):
    event = {"segment_id": RANGE, **more}
    answer = handler.lambda_handler(event, FakeLambdaContext(remaining_ms=remaining_ms))
    assert json.loads(json.dumps(answer)) == answer
    return answer


def test_given_a_pending_range_when_planned_then_only_keys_are_passed_on(world: World):
    Ranges(world)

    assert call(plan_range) == PLACES


def test_given_a_planned_range_when_cut_then_it_is_ready_and_no_folder_is_left(world: World):
    ranges = Ranges(world)

    assert call(cut_range, **call(plan_range)) == {"ready": True}
    assert ranges.row().status is SegmentStatus.READY
    assert list(Path(tempfile.gettempdir()).iterdir()) == []


def test_given_a_deleted_segment_when_cut_then_the_step_ends_well(world: World):
    ranges = Ranges(world)
    ranges.plan()
    ranges.delete()

    assert call(cut_range, **PLACES) == {"ready": False}


def test_given_a_worker_with_no_time_left_when_it_cuts_then_the_step_is_tried_again(world: World):
    Ranges(world).plan()

    with pytest.raises(Retryable, match=r"cut\.too_slow"):
        call(cut_range, remaining_ms=59_999, **PLACES)


def test_given_a_range_above_the_limit_when_it_fails_then_the_user_reads_its_words(world: World):
    ranges = Ranges(world, body=b"x" * 60 * 2**20, start=0, end=30_000)
    with pytest.raises(Permanent) as caught:
        call(plan_range)

    cause = make_cause("Permanent", str(caught.value))
    assert call(fail_range, error="Permanent", cause=cause, **NOT_PLANNED) == {"failed": True}
    error = ranges.row().error
    assert error
    assert (error.code, error.stage) == ("range.too_large", "cut")
    assert "30 MB; 5 MB" in error.detail


def test_given_a_deleted_segment_when_its_failure_comes_then_nothing_has_failed(world: World):
    ranges = Ranges(world)
    ranges.delete()
    with pytest.raises(Permanent, match=r"segment\.not_found") as caught:
        call(plan_range)

    cause = make_cause("Permanent", str(caught.value))
    assert call(fail_range, error="Permanent", cause=cause, **NOT_PLANNED) == {"failed": False}


def test_given_an_execution_that_was_stopped_when_told_of_then_the_segment_has_failed(
    world: World,
):
    """The rule hands over the segment's id and nothing else."""
    ranges = Ranges(world)

    assert call(fail_range) == {"failed": True}
    error = ranges.row().error
    assert error
    assert error.code == "cut.internal"


def test_given_a_step_when_it_logs_then_each_line_names_the_segment(world: World):
    Ranges(world)
    call(fail_range)

    assert telemetry.logger.get_current_keys()["segment_id"] == RANGE
