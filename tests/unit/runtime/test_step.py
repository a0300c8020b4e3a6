from __future__ import annotations

import json

import pytest

from functions.domain import errors
from functions.runtime.step import Permanent, Retryable, read_cause, step
from tests.builders import make_cause
from tests.fakes.lambda_context import FakeLambdaContext

EVENT = {"video_id": "v", "run_id": "r"}


def _raising(error: BaseException):
    @step("test")
    def handler(event, context):
        raise error

    return handler


@pytest.mark.parametrize(
    "error",
    [
        errors.UnavailableError("dependency.unavailable", "Try again."),
        errors.StaleWriteError("The video"),
    ],
)
def test_given_an_error_that_may_pass_when_it_leaves_a_step_then_it_is_retryable(error):
    with pytest.raises(Retryable):
        _raising(error)(EVENT, FakeLambdaContext())


@pytest.mark.parametrize(
    "kind",
    [
        errors.MediaError,
        errors.ConflictError,
        errors.NotFoundError,
        errors.TooLargeError,
        errors.InvalidInputError,
        errors.ForbiddenError,
        errors.GoneError,
    ],
)
def test_given_an_error_that_stays_when_it_leaves_a_step_then_it_is_permanent(kind):
    with pytest.raises(Permanent):
        _raising(kind("some.code", "Words."))(EVENT, FakeLambdaContext())


def test_given_an_error_of_ours_when_it_leaves_a_step_then_its_cause_can_be_read_again():
    with pytest.raises(Permanent) as caught:
        _raising(errors.MediaError("media.empty", "Nö bytes."))(EVENT, FakeLambdaContext())

    cause = make_cause("Permanent", str(caught.value))
    assert read_cause(cause) == ("media.empty", "Nö bytes.")


def test_given_an_unknown_error_when_it_leaves_a_step_then_it_keeps_its_own_name():
    with pytest.raises(ZeroDivisionError):
        _raising(ZeroDivisionError())(EVENT, FakeLambdaContext())


def test_given_the_names_state_machines_match_when_read_then_they_are_these():
    # A state machine's Retry matches the class's bare name.
    assert (Retryable.__name__, Permanent.__name__) == ("Retryable", "Permanent")


def test_given_an_answer_when_it_leaves_a_step_then_it_is_unchanged():
    @step("test")
    def handler(event, context):
        return {"windows": [0, 1]}

    assert handler(EVENT, FakeLambdaContext()) == {"windows": [0, 1]}


@pytest.mark.parametrize(
    "cause",
    [
        "",
        "Task timed out",
        "null",
        "[]",
        "{}",
        json.dumps({"errorMessage": "2026-03-01 Task timed out after 900.00 seconds"}),
        json.dumps({"errorMessage": json.dumps({"code": "only.code"})}),
        json.dumps({"errorMessage": "[1, 2]"}),
        json.dumps({"errorMessage": None}),
    ],
)
def test_given_a_cause_that_is_not_ours_when_read_then_nothing_is_known(cause: str):
    assert read_cause(cause) == (None, None)


def _told(error: BaseException | None = None) -> list[tuple[str, str, int, int]]:
    """What a step that sleeps for no time, and raises or not, says that it took."""
    told: list[tuple[str, str, int, int]] = []

    @step("test", lambda *spent: told.append(spent))
    def handler(event, context):
        if error:
            raise error
        return {}

    try:
        handler(EVENT, FakeLambdaContext(memory_limit_in_mb=3_008))
    except Permanent:
        assert error
    return told


@pytest.mark.parametrize("error", [None, errors.MediaError("media.empty", "No bytes.")])
def test_given_a_step_when_it_ends_then_what_it_took_is_told_whether_it_went_well_or_not(error):
    ((video_id, run_id, milliseconds, memory),) = _told(error)

    assert (video_id, run_id, memory) == ("v", "r", 3_008)
    assert 1 <= milliseconds < 1_000


def test_given_spending_that_cannot_be_counted_when_a_step_ends_then_its_answer_stays():
    def unavailable(*_: object) -> None:
        raise errors.UnavailableError("dependency.unavailable", "The table failed.")

    @step("test", unavailable)
    def handler(event, context):
        return {"made": 1}

    assert handler(EVENT, FakeLambdaContext()) == {"made": 1}
