"""Task: look at one window of the video."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap, bootstrap_media
from functions.runtime.run_settings import TimedSettings
from functions.runtime.scratch import scratch_folder
from functions.runtime.settings import load
from functions.runtime.step import Event, out_of_time, run_ids, step
from functions.services.analyses.analyse_window import analyse_window
from functions.services.runs.heartbeat import beating

settings = load(TimedSettings)


@step("analyse")
def lambda_handler(event: Event, context: LambdaContext) -> dict[str, Any]:
    """{video_id, run_id, analysis_id, window} -> {looked}: False where it was done before."""

    stores, ids = bootstrap.context(settings), run_ids(event)
    late = out_of_time(context, settings.handover_s)
    with beating(stores, late, **ids) as stop, scratch_folder() as folder:
        looked = analyse_window(
            stores,
            bootstrap_media.analyser(),
            folder,
            stop,
            analysis_id=event["analysis_id"],
            index=int(event["window"]),
            **ids,
        )
    return {"looked": looked}
