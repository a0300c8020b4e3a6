"""Task: record that moments could not be looked for, and why."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap_moments
from functions.runtime import telemetry
from functions.runtime.run_settings import MomentSettings
from functions.runtime.settings import load
from functions.runtime.step import Event, read_cause, step
from functions.services.moments.fail_generation import INTERNAL, fail_generation

settings = load(MomentSettings)


@step("fail")
def lambda_handler(event: Event, _: LambdaContext) -> dict[str, Any]:
    """{video_id, generation_id, error, cause} -> {failed}: not where it had ended before."""
    code, detail = read_cause(str(event.get("cause", "")))
    failure = fail_generation(
        bootstrap_moments.moment_context(settings),
        video_id=event["video_id"],
        generation_id=event["generation_id"],
        code=code,
        detail=detail,
    )
    if failure is None:
        return {"failed": False}
    telemetry.logger.error(
        "moments failed", extra={"code": failure.code, "error": str(event.get("error"))}
    )
    telemetry.count("MomentsFailed")
    if failure.ours or failure.code == INTERNAL:
        telemetry.count("MomentFaults")
    return {"failed": True}
