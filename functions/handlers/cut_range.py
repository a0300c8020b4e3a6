"""Task: cut a range into the file of its segment."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap, bootstrap_media
from functions.runtime import telemetry
from functions.runtime.run_settings import TimedSettings
from functions.runtime.scratch import scratch_folder
from functions.runtime.settings import load
from functions.runtime.step import Event, step
from functions.services.cutting.cut_range import RangeBounds, cut_range
from functions.services.cutting.range_state import RangeKeys

settings = load(TimedSettings)


@step("cut_range")
def lambda_handler(event: Event, context: LambdaContext) -> dict[str, Any]:
    """{segment_id, plan_key, target_key} -> {ready}: False if it was deleted meanwhile."""

    def out_of_time() -> bool:
        return context.get_remaining_time_in_millis() < settings.handover_s * 1000

    with scratch_folder() as folder:
        ready = cut_range(
            bootstrap.context(settings),
            bootstrap_media.cutter(),
            RangeBounds(folder=folder, stop=out_of_time),
            segment_id=event["segment_id"],
            keys=RangeKeys(plan_key=event["plan_key"], target_key=event["target_key"]),
        )
    if ready:
        telemetry.count("RangesCut")
    return {"ready": ready}
