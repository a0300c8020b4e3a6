"""Task: record that the run failed, and why."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap, bootstrap_reaping
from functions.runtime import telemetry
from functions.runtime.settings import StoreSettings, load
from functions.runtime.step import Event, read_cause, step
from functions.services.runs.fail_run import fail_run

settings = load(StoreSettings)


@step("fail")
def lambda_handler(event: Event, _: LambdaContext) -> dict[str, Any]:
    """{video_id, run_id, error, cause} -> {code}: null where it was cancelled, or went well."""
    code, detail = read_cause(str(event.get("cause", "")))
    failure = fail_run(
        bootstrap.context(settings),
        video_id=event["video_id"],
        run_id=event["run_id"],
        code=code,
        detail=detail,
        works=bootstrap_reaping.outside_work(),
    )
    if failure is None:
        telemetry.logger.info("run was over before", extra={"error": str(event.get("error"))})
        return {"code": None}
    telemetry.logger.error(
        "run failed", extra={"code": failure.code, "error": str(event.get("error"))}
    )
    telemetry.count("RunsFailed")
    if failure.ours:
        telemetry.count("RunFaults")
    return {"code": failure.code}
