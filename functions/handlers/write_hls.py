"""Task: write one window of the video's HLS rendition."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap, bootstrap_media
from functions.runtime.run_settings import CutSettings
from functions.runtime.scratch import scratch_folder
from functions.runtime.settings import load
from functions.runtime.step import Event, out_of_time, run_ids, step
from functions.services.cutting.cut_window import Bounds
from functions.services.hls.write_hls import write_window
from functions.services.runs.heartbeat import beating

settings = load(CutSettings)


@step("write_hls")
def lambda_handler(event: Event, context: LambdaContext) -> dict[str, Any]:
    """{video_id, run_id, hls_id, window} -> {written}: 0 where it was done before."""

    stores, ids = bootstrap.context(settings), run_ids(event)
    late = out_of_time(context, settings.handover_s)
    with beating(stores, late, **ids) as stop, scratch_folder() as folder:
        disk = settings.disk_budget_mb * 1024 * 1024
        bounds = Bounds(folder=folder, disk_budget=disk, stop=stop)
        written = write_window(
            stores,
            bootstrap_media.hls_writer(),
            bounds,
            hls_id=event["hls_id"],
            index=int(event["window"]),
            **ids,
        )
    return {"written": written}
