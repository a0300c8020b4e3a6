"""Task: put a long segment together out of its chunks."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap, bootstrap_media
from functions.runtime import telemetry
from functions.runtime.run_settings import JoinSettings
from functions.runtime.scratch import scratch_folder
from functions.runtime.settings import load
from functions.runtime.step import Event, out_of_time, run_ids, step
from functions.services.cutting.cut_chunk import join_segment
from functions.services.cutting.cut_window import Bounds
from functions.services.runs.heartbeat import beating

settings = load(JoinSettings)


@step("join", bootstrap.spending(settings))
def lambda_handler(event: Event, context: LambdaContext) -> dict[str, Any]:
    """{video_id, run_id, window} -> {made}: False where the segment was there."""

    stores, ids = bootstrap.context(settings), run_ids(event)
    late = out_of_time(context, settings.handover_s)
    with beating(stores, late, **ids) as stop, scratch_folder() as folder:
        disk = settings.join_disk_mb * 1024 * 1024
        bounds = Bounds(folder=folder, disk_budget=disk, stop=stop)
        made = join_segment(
            stores, bootstrap_media.cutter(), bounds, index=int(event["window"]), **ids
        )
    telemetry.count("SegmentsCreated", int(made))
    return {"made": made}
