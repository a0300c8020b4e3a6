"""EventBridge: an execution has ended badly. One that was stopped or ran out of time passes by
every catch; what a run says already stays."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap, bootstrap_reaping
from functions.runtime import telemetry
from functions.runtime.settings import StoreSettings, load
from functions.services.runs.close_run import INTERNAL
from functions.services.runs.fail_run import OVERDUE, STOPPED, fail_run

settings = load(StoreSettings)
# What an execution tells by its status alone; one that fails has told the run why.
_SAYS = {"ABORTED": STOPPED, "TIMED_OUT": OVERDUE}


def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """“Step Functions Execution Status Change” -> {code}: null where the run was cancelled, or
    went well."""
    ids, status = json.loads(event["detail"]["input"]), event["detail"]["status"]
    video_id, run_id = ids["video_id"], ids["run_id"]
    telemetry.begin(context, stage="end", video_id=video_id, run_id=run_id)
    says = _SAYS.get(status, INTERNAL)
    failure = fail_run(
        bootstrap.context(settings),
        video_id=video_id,
        run_id=run_id,
        code=says.code,
        detail=says.detail,
        works=bootstrap_reaping.outside_work(),
    )
    telemetry.logger.info("execution ended", extra={"status": status})
    return {"code": failure.code if failure else None}
