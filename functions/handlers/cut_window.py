"""Task: cut one window of the plan."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap
from functions.runtime import telemetry
from functions.runtime.scratch import scratch_folder
from functions.runtime.settings import CutSettings, load
from functions.runtime.step import Event, step
from functions.services.cut_window import Bounds, cut_window

settings = load(CutSettings)


@step("cut", bootstrap.spending(settings))
def lambda_handler(event: Event, context: LambdaContext) -> dict[str, Any]:
    """{video_id, run_id, window} -> {finished}: False hands the rest to the next invocation."""

    def out_of_time() -> bool:
        return context.get_remaining_time_in_millis() < settings.handover_s * 1000

    with scratch_folder() as folder:
        result = cut_window(
            bootstrap.context(settings),
            bootstrap.cutter(),
            Bounds(
                folder=folder,
                disk_budget=settings.disk_budget_mb * 1024 * 1024,
                stop=out_of_time,
            ),
            video_id=event["video_id"],
            run_id=event["run_id"],
            index=int(event["window"]),
        )
    telemetry.count("SegmentsCreated", result.made)
    return {"finished": result.finished}
