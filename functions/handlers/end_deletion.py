"""EventBridge: the execution of a deletion has ended badly, by whichever error."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap
from functions.runtime import telemetry
from functions.runtime.deletion_settings import EndDeletionSettings
from functions.runtime.settings import load
from functions.services.deletions.fail_deletion import fail_deletion

settings = load(EndDeletionSettings)


def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """“Step Functions Execution Status Change” -> {state}: of the receipt, null if there is none"""
    detail = event["detail"]
    ids = json.loads(detail["input"])
    telemetry.begin(context, stage="end", video_id=ids["video_id"])
    deletion = fail_deletion(
        bootstrap.deletion_store(settings.deletions_table, settings.videos_table),
        user_id=ids["user_id"],
        video_id=ids["video_id"],
        execution=detail["name"],
    )
    telemetry.logger.error("deletion failed", extra={"status": detail["status"]})
    telemetry.count("DeletionFaults")
    telemetry.flush()
    return {"state": deletion.state.value if deletion else None}
