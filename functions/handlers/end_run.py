"""EventBridge: an execution has ended badly. One that was stopped or ran out of time passes by
every catch; what a run says already stays."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap
from functions.runtime import telemetry
from functions.runtime.settings import StoreSettings, load
from functions.services.fail_run import fail_run

settings = load(StoreSettings)


def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """“Step Functions Execution Status Change” -> {code}"""
    ids = json.loads(event["detail"]["input"])
    video_id, run_id = ids["video_id"], ids["run_id"]
    telemetry.begin(context, stage="end", video_id=video_id, run_id=run_id)
    failure = fail_run(
        bootstrap.context(settings), video_id=video_id, run_id=run_id, code=None, detail=None
    )
    telemetry.logger.info("execution ended", extra={"status": event["detail"]["status"]})
    return {"code": failure.code}
