"""Task: close the run."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap
from functions.runtime import telemetry
from functions.runtime.settings import StoreSettings, load
from functions.runtime.step import Event, step
from functions.services.runs.finish_run import estimate_errors, finish_run

settings = load(StoreSettings)


@step("finish", bootstrap.spending(settings))
def lambda_handler(event: Event, _: LambdaContext) -> dict[str, Any]:
    """{video_id, run_id} -> {segments}"""
    context = bootstrap.context(settings)
    segments = finish_run(context, video_id=event["video_id"], run_id=event["run_id"])
    telemetry.count("RunsSucceeded")
    run = context.runs.get(event["video_id"], event["run_id"])
    for measure, ratio in estimate_errors(run).items() if run else ():
        telemetry.count("EstimateError", ratio, MetricUnit.NoUnit, measure=measure)
    return {"segments": segments}
