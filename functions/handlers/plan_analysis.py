"""Task: say what is left to look for in the video."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap
from functions.runtime.settings import StoreSettings, load
from functions.runtime.step import Event, step
from functions.services.analyses.plan_analysis import plan_analyses

settings = load(StoreSettings)


@step("plan_analysis")
def lambda_handler(event: Event, _: LambdaContext) -> dict[str, Any]:
    """{video_id, run_id} -> {needed, first, analysis_id, windows: [0, 1, …], hls, transcript,
    words_first, stages}: the last are names of those that the run goes through."""
    to_do = plan_analyses(
        bootstrap.context(settings), video_id=event["video_id"], run_id=event["run_id"]
    )
    return {
        "needed": to_do.needed,
        "first": to_do.first,
        "analysis_id": to_do.analysis_id,
        "windows": list(to_do.windows),
        "hls": to_do.hls,
        "transcript": to_do.transcript,
        "words_first": to_do.words_first,
        "stages": [stage.value for stage in to_do.stages],
    }
