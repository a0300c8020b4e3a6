"""Task: record that a run has found no moments, or cut no clips."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap_moments
from functions.runtime import telemetry
from functions.runtime.run_settings import MomentSettings
from functions.runtime.settings import load
from functions.runtime.step import Event, read_cause, run_ids, step
from functions.services.moments.fail_generation import INTERNAL
from functions.services.moments.moments_of_run import fail_words

settings = load(MomentSettings)


@step("fail")
def lambda_handler(event: Event, _: LambdaContext) -> dict[str, Any]:
    """{video_id, run_id, error, cause} -> {code}"""
    code, detail = read_cause(str(event.get("cause", "")))
    made = bootstrap_moments.moment_context(settings)
    failure = fail_words(made, **run_ids(event), code=code, detail=detail)
    telemetry.logger.error(
        "moments of a run failed", extra={"code": failure.code, "error": str(event.get("error"))}
    )
    telemetry.count("MomentsFailed")
    if failure.ours or failure.code == INTERNAL:
        telemetry.count("MomentFaults")
    return {"code": failure.code}
