"""The one place for retries, catches and timeouts: every task of every workflow is made here.

A function raises one of two names: `Retryable`, tried again, and `Permanent`, caught at once.
The rest of the list is what Lambda itself reports, a killed worker included.
"""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Duration
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from constructs import Construct

from infra.workflows.machine import text

RETRIED = [
    "Retryable",
    "Runtime.ExitError",
    "Runtime.Unknown",
    "Sandbox.Timedout",
    "Lambda.Unknown",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "States.Timeout",
]
THROTTLED = ["Lambda.TooManyRequestsException", "Busy"]
TRIES = 5
THROTTLED_TRIES = 30
_START_SECONDS = 20


def lambda_step(
    scope: Construct,
    name: str,
    function: lambda_.Function,
    payload: dict[str, str],
    *,
    caught_by: sfn.IChainable,
    assign: dict[str, str] | None = None,
) -> tasks.LambdaInvoke:
    """A task that calls a function with `payload` (JSONata) and returns what it returns."""
    assert function.timeout is not None  # noqa: S101  (the factory sets it)
    ends = Duration.seconds(function.timeout.to_seconds() + _START_SECONDS)
    step = tasks.LambdaInvoke.jsonata(
        scope,
        name,
        lambda_function=function,
        payload=sfn.TaskInput.from_object(payload),
        outputs="{% $states.result.Payload %}",
        assign=assign,
        retry_on_service_exceptions=False,
        task_timeout=sfn.Timeout.duration(ends),
    )
    _try_again(step, RETRIED, caught_by)
    return step


def waiting_step(
    scope: Construct,
    name: str,
    function: lambda_.Function,
    payload: dict[str, str],
    *,
    caught_by: sfn.IChainable,
    most: Duration,
) -> tasks.LambdaInvoke:
    """A task that calls a function with `payload` and its own token as `task_token`, and then
    waits until that comes back, `most` as long: who has waited in vain does not begin again."""
    step = tasks.LambdaInvoke.jsonata(
        scope,
        name,
        lambda_function=function,
        payload=sfn.TaskInput.from_object(
            {**payload, "task_token": "{% $states.context.Task.Token %}"}
        ),
        integration_pattern=sfn.IntegrationPattern.WAIT_FOR_TASK_TOKEN,
        outputs={},
        retry_on_service_exceptions=False,
        task_timeout=sfn.Timeout.duration(most),
    )
    _try_again(step, [error for error in RETRIED if error != "States.Timeout"], caught_by)
    return step


def _try_again(step: tasks.LambdaInvoke, errors: Sequence[str], caught_by: sfn.IChainable) -> None:
    step.add_retry(
        errors=[*errors],
        interval=Duration.seconds(1),
        backoff_rate=2,
        max_delay=Duration.seconds(30),
        max_attempts=TRIES,
        jitter_strategy=sfn.JitterType.FULL,
    )
    # A full account is no fault: wait for a place for up to half an hour.
    step.add_retry(
        errors=THROTTLED,
        interval=Duration.seconds(2),
        backoff_rate=2,
        max_delay=Duration.seconds(60),
        max_attempts=THROTTLED_TRIES,
        jitter_strategy=sfn.JitterType.FULL,
    )
    step.add_catch(caught_by, errors=["States.ALL"], outputs="{% $states.errorOutput %}")


def record_step(
    scope: Construct,
    function: lambda_.Function,
    payload: dict[str, str],
    failed: sfn.Fail,
    *,
    gone: sfn.IChainable | None = None,
    name: str = "Record failure",
) -> tasks.LambdaInvoke:
    """Writes down why a machine's work has failed, and ends in `failed`; if even this cannot be
    written, the execution fails. With `gone`, the function says (`failed`) whether there was
    anything left to fail: what was deleted meanwhile leads there."""
    unrecorded = sfn.Fail.jsonata(
        scope, "Failure not recorded", error="FailureNotRecorded", cause="See the first error."
    )
    told = {**payload, "error": text("Error"), "cause": text("Cause")}
    step = lambda_step(scope, name, function, told, caught_by=unrecorded)
    if gone is None:
        step.next(failed)
        return step
    any_failed = sfn.Condition.jsonata("{% $states.input.failed %}")
    choice = sfn.Choice.jsonata(scope, "Has it failed?")
    step.next(choice.when(any_failed, failed).otherwise(gone))
    return step


def noted_step(
    scope: Construct,
    what: str,
    function: lambda_.Function,
    payload: dict[str, str],
    done: sfn.IChainable,
) -> tasks.LambdaInvoke:
    """Writes down why something beside the cut failed: the run goes on without it. Only if even
    this cannot be written, the run fails."""
    name, cause = text("Error"), text("Cause")
    unrecorded = sfn.Fail.jsonata(
        scope, f"{what[0].upper()}{what[1:]} not recorded", error=name, cause=cause
    )
    told = {**payload, "error": name, "cause": cause}
    step = lambda_step(scope, f"Fail {what}", function, told, caught_by=unrecorded)
    step.next(done)
    return step
