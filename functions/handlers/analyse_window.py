"""Task: look at one window of the video."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap
from functions.runtime.scratch import scratch_folder
from functions.runtime.settings import TimedSettings, load
from functions.runtime.step import Event, step
from functions.services.analyse_window import analyse_window

settings = load(TimedSettings)


@step("analyse")
def lambda_handler(event: Event, context: LambdaContext) -> dict[str, Any]:
    """{video_id, run_id, analysis_id, window} -> {looked}: False where it was done before."""

    def out_of_time() -> bool:
        return context.get_remaining_time_in_millis() < settings.handover_s * 1000

    with scratch_folder() as folder:
        looked = analyse_window(
            bootstrap.context(settings),
            bootstrap.analyser(),
            folder,
            out_of_time,
            video_id=event["video_id"],
            run_id=event["run_id"],
            analysis_id=event["analysis_id"],
            index=int(event["window"]),
        )
    return {"looked": looked}
