"""Task: plan the cut."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap
from functions.runtime import telemetry
from functions.runtime.settings import PlanSettings, load
from functions.runtime.step import Event, step
from functions.services.analysis import read_boundaries
from functions.services.plan_segments import plan_segments

settings = load(PlanSettings)


@step("plan")
def lambda_handler(event: Event, _: LambdaContext) -> dict[str, Any]:
    """{video_id, run_id} -> {windows: [0, 1, …]}: indexes only, the plan is in the bucket."""
    context = bootstrap.context(settings)
    plan = plan_segments(
        context,
        bootstrap.prober(settings.media_bucket),
        video_id=event["video_id"],
        run_id=event["run_id"],
        segments_per_window=settings.segments_per_window,
        read_boundaries=lambda video: read_boundaries(context, video),
    )
    telemetry.count("SegmentsPlanned", len(plan.segments))
    return {"windows": [window.index for window in plan.windows]}
