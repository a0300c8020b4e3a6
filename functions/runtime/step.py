"""The boundary to Step Functions: errors cross as two names, since it matches names, not classes.

Retryable   trying again may help: a throttle, a lost connection, a concurrent write
Permanent   it will not: the file or the request is wrong; carries what the user is told
"""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Callable, Mapping
from math import ceil
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.domain.errors import CutroomError
from functions.runtime import telemetry

_LOGGED = ("video_id", "run_id", "segment_id")
Event = Mapping[str, Any]
Handler = Callable[[Event, LambdaContext], dict[str, Any]]


class Retryable(Exception):  # noqa: N818  (the name is what state machines match)
    """Try the step again."""


class Permanent(Exception):  # noqa: N818
    """Do not try the step again."""


Spending = Callable[[str, str, int, int], None]
"""Told of a run's step: video, run, milliseconds and the function's memory in MB."""


def step(name: str, spending: Spending | None = None) -> Callable[[Handler], Handler]:
    """Wrap a handler that is a task of a state machine; what it took is told to `spending`."""

    def wrap(handler: Handler) -> Handler:
        @functools.wraps(handler)
        def run(event: Event, context: LambdaContext) -> dict[str, Any]:
            keys = {key: str(event[key]) for key in _LOGGED if key in event}
            telemetry.begin(context, stage=name, **keys)
            began = time.monotonic()
            try:
                return handler(event, context)
            except CutroomError as error:
                raise translate(error) from error
            except Exception:
                # Told here, where the run's ids are known; the state machine gets it as it is.
                telemetry.logger.exception("step broke")
                raise
            finally:
                spent = (time.monotonic() - began) * 1000
                telemetry.count("StageDuration", spent, MetricUnit.Milliseconds, stage=name)
                if spending is not None:
                    _tell(spending, event, spent, context)
                telemetry.flush()

        return run

    return wrap


def run_ids(event: Event) -> dict[str, str]:
    """The run that a step is for, as services are told of it."""
    return {"video_id": str(event["video_id"]), "run_id": str(event["run_id"])}


def out_of_time(context: LambdaContext, seconds: int) -> Callable[[], bool]:
    """Whether less than so many seconds of an invocation are left: kept free to give up in."""
    return lambda: bool(context.get_remaining_time_in_millis() < seconds * 1000)


def _tell(spending: Spending, event: Event, milliseconds: float, context: LambdaContext) -> None:
    """What is only counted must not fail what was done."""
    memory = int(context.memory_limit_in_mb)
    try:
        spending(str(event["video_id"]), str(event["run_id"]), ceil(milliseconds), memory)
    except CutroomError as error:
        telemetry.logger.warning("spending not counted", extra={"code": error.code})


def translate(error: CutroomError) -> Exception:
    """The message is JSON, so that the step that records the failure can read it."""
    kind = Retryable if error.retryable else Permanent
    telemetry.logger.warning("step failed", extra={"code": error.code, "kind": kind.__name__})
    return kind(json.dumps({"code": error.code, "detail": error.detail}))


def read_cause(cause: str) -> tuple[str | None, str | None]:
    """Code and words out of a state's Cause, (None, None) for an error that is not ours."""
    try:
        message = json.loads(json.loads(cause)["errorMessage"])
        return str(message["code"]), str(message["detail"])
    except (ValueError, KeyError, TypeError):
        return None, None
