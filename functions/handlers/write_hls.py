"""Task: write one window of the video's HLS rendition."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap
from functions.runtime.scratch import scratch_folder
from functions.runtime.settings import CutSettings, load
from functions.runtime.step import Event, step
from functions.services.cut_window import Bounds
from functions.services.write_hls import write_window

settings = load(CutSettings)


@step("write_hls")
def lambda_handler(event: Event, context: LambdaContext) -> dict[str, Any]:
    """{video_id, run_id, hls_id, window} -> {written}: 0 where it was done before."""

    def out_of_time() -> bool:
        return context.get_remaining_time_in_millis() < settings.handover_s * 1000

    with scratch_folder() as folder:
        written = write_window(
            bootstrap.context(settings),
            bootstrap.hls_writer(),
            Bounds(
                folder=folder,
                disk_budget=settings.disk_budget_mb * 1024 * 1024,
                stop=out_of_time,
            ),
            video_id=event["video_id"],
            run_id=event["run_id"],
            hls_id=event["hls_id"],
            index=int(event["window"]),
        )
    return {"written": written}
