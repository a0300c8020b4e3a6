"""Task: record that a run has found no moments, or cut no clips."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap
from functions.runtime import telemetry
from functions.runtime.settings import StoreSettings, load
from functions.runtime.step import Event, read_cause, step
from functions.services.moments_of_run import fail_words

settings = load(StoreSettings)


@step("fail")
def lambda_handler(event: Event, _: LambdaContext) -> dict[str, Any]:
    """{video_id, run_id, error, cause} -> {code}"""
    code, _detail = read_cause(str(event.get("cause", "")))
    fail_words(bootstrap.context(settings), video_id=event["video_id"], run_id=event["run_id"])
    telemetry.logger.error(
        "moments of a run failed", extra={"code": code, "error": str(event.get("error"))}
    )
    telemetry.count("MomentsFailed")
    return {"code": code or "moments.internal"}
