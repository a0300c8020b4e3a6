"""Task: close the run."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap
from functions.runtime import telemetry
from functions.runtime.settings import StoreSettings, load
from functions.runtime.step import Event, step
from functions.services.finish_run import finish_run

settings = load(StoreSettings)


@step("finish")
def lambda_handler(event: Event, _: LambdaContext) -> dict[str, Any]:
    """{video_id, run_id} -> {segments}"""
    segments = finish_run(
        bootstrap.context(settings), video_id=event["video_id"], run_id=event["run_id"]
    )
    telemetry.count("RunsSucceeded")
    return {"segments": segments}
