"""Task: have a video's moments cut as clips, as a stage of a run."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap, bootstrap_moments
from functions.runtime import telemetry
from functions.runtime.run_settings import MomentSettings
from functions.runtime.settings import load
from functions.runtime.step import Event, run_ids, step
from functions.services.moments.cut_clips import Cutting
from functions.services.moments.moments_of_run import cut_clips_of_run

settings = load(MomentSettings)


@step("clips")
def lambda_handler(event: Event, _: LambdaContext) -> dict[str, Any]:
    """{video_id, run_id} -> {clips}: how many there are."""
    cutting = Cutting(
        made=bootstrap_moments.moment_context(settings), segments=bootstrap.segments_of(settings)
    )
    clips = cut_clips_of_run(cutting, **run_ids(event))
    telemetry.count("ClipsAsked", clips)
    return {"clips": clips}
