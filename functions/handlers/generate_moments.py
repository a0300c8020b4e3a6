"""Task: look for the moments of a video."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap_moments
from functions.domain.moments.ports import Memory, MomentGenerator
from functions.runtime.generations import tell_generation
from functions.runtime.run_settings import MomentSettings
from functions.runtime.settings import load
from functions.runtime.step import Event, out_of_time, step
from functions.services.moments.generate_moments import run_generation

settings = load(MomentSettings)


@step("moments")
def lambda_handler(event: Event, context: LambdaContext) -> dict[str, Any]:
    """{video_id, generation_id} -> {generation_id, found}"""
    stop = out_of_time(context, settings.handover_s)

    def generator(name: str, memory: Memory) -> MomentGenerator:
        return bootstrap_moments.moment_generator(settings.models, name, memory, stop)

    generation = run_generation(
        bootstrap_moments.moment_context(settings),
        generator,
        video_id=event["video_id"],
        generation_id=event["generation_id"],
    )
    tell_generation(generation)
    return {"generation_id": generation.generation_id, "found": generation.found or 0}
