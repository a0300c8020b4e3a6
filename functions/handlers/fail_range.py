"""Task: record that a range could not be cut, and why. Also told of executions that were stopped
or ran out of time, which pass by every catch."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap
from functions.runtime import telemetry
from functions.runtime.settings import StoreSettings, load
from functions.runtime.step import Event, read_cause, step
from functions.services.cutting.fail_range import fail_range
from functions.services.cutting.range_state import RangeKeys

settings = load(StoreSettings)


@step("fail")
def lambda_handler(event: Event, _: LambdaContext) -> dict[str, Any]:
    """{segment_id, plan_key, target_key, error, cause} -> {failed}

    The keys are empty before the plan is made. Nothing has failed where the segment was deleted.
    """
    code, detail = read_cause(str(event.get("cause", "")))
    plan_key, target_key = event.get("plan_key"), event.get("target_key")
    planned = (
        RangeKeys(plan_key=plan_key, target_key=target_key) if plan_key and target_key else None
    )
    failure = fail_range(
        bootstrap.context(settings),
        segment_id=event["segment_id"],
        code=code,
        detail=detail,
        keys=planned,
    )
    if failure is None:
        return {"failed": False}
    telemetry.logger.error(
        "range failed", extra={"code": failure.code, "error": str(event.get("error"))}
    )
    telemetry.count("RangesFailed")
    if failure.ours:
        telemetry.count("RangeFaults")
    return {"failed": True}
