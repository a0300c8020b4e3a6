"""Task: make one of what all windows found."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap, bootstrap_media
from functions.runtime.scratch import scratch_folder
from functions.runtime.settings import StoreSettings, load
from functions.runtime.step import Event, step
from functions.services.analyses.finish_analysis import finish_analysis

settings = load(StoreSettings)


@step("finish_analysis")
def lambda_handler(event: Event, _: LambdaContext) -> dict[str, Any]:
    """{video_id, run_id, analysis_id} -> {extras}: all that the video has now."""
    with scratch_folder() as folder:
        made = finish_analysis(
            bootstrap.context(settings),
            bootstrap_media.analyser(),
            folder,
            video_id=event["video_id"],
            run_id=event["run_id"],
            analysis_id=event["analysis_id"],
        )
    return {"extras": [extra.value for extra in made]}
