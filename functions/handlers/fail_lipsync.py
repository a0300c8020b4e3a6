"""Task: record that a lip-sync job has failed, and why. Also told of executions that were stopped
or ran out of time, which pass by every catch."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap_lipsync
from functions.runtime import telemetry
from functions.runtime.lipsync_settings import LineSettings
from functions.runtime.settings import load
from functions.runtime.step import Event, read_cause, step
from functions.services.lipsync.end_lipsync import fail_lipsync

settings = load(LineSettings)


@step("fail")
def lambda_handler(event: Event, _: LambdaContext) -> dict[str, Any]:
    """{job_id, error, cause} -> {failed}: nothing has where the job had ended before."""
    code, detail = read_cause(str(event.get("cause", "")))
    line = bootstrap_lipsync.line(settings)
    failure = fail_lipsync(line, event["job_id"], code, detail)
    if failure is None:
        return {"failed": False}
    telemetry.logger.error(
        "lip-sync failed", extra={"code": failure.code, "error": str(event.get("error"))}
    )
    telemetry.count("LipSyncsFailed")
    if failure.ours:
        telemetry.count("LipSyncFaults")
    return {"failed": True}
