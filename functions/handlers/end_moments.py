"""EventBridge: an execution that looks for moments has ended badly. One that was stopped or ran out
of time passes by every catch; what its generation says already stays."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap_moments
from functions.runtime import telemetry
from functions.runtime.run_settings import MomentSettings
from functions.runtime.settings import load
from functions.services.moments.fail_generation import fail_generation

settings = load(MomentSettings)


def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """“Step Functions Execution Status Change” -> {failed}"""
    ids = json.loads(event["detail"]["input"])
    telemetry.begin(context, stage="end", video_id=ids["video_id"])
    failure = fail_generation(
        bootstrap_moments.moment_context(settings),
        video_id=ids["video_id"],
        generation_id=ids["generation_id"],
        code=None,
        detail=None,
    )
    telemetry.logger.info("execution ended", extra={"status": event["detail"]["status"]})
    if failure is not None:
        telemetry.count("MomentsFailed")
        telemetry.count("MomentFaults")
        telemetry.flush()
    return {"failed": failure is not None}
