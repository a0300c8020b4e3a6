"""Task: look for a video's moments as a stage of a run."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap_moments
from functions.domain.moments.ports import Memory, MomentGenerator
from functions.runtime.generations import tell_generation
from functions.runtime.run_settings import MomentSettings
from functions.runtime.settings import load
from functions.runtime.step import Event, out_of_time, run_ids, step
from functions.services.moments.moments_of_run import find_moments_of_run

settings = load(MomentSettings)


@step("moments")
def lambda_handler(event: Event, context: LambdaContext) -> dict[str, Any]:
    """{video_id, run_id} -> {found}"""
    stop = out_of_time(context, settings.handover_s)

    def generator(name: str, memory: Memory) -> MomentGenerator:
        return bootstrap_moments.moment_generator(settings.models, name, memory, stop)

    made = bootstrap_moments.moment_context(settings)
    generation = find_moments_of_run(made, generator, **run_ids(event))
    if generation.run_id == event["run_id"]:
        tell_generation(generation)
    return {"found": generation.found or 0}
