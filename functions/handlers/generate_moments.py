"""Task: look for the moments of a video."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap
from functions.domain.generation import Generation
from functions.domain.moment import MomentOptions
from functions.domain.moment_ports import Memory, MomentGenerator
from functions.runtime import telemetry
from functions.runtime.settings import MomentSettings, load
from functions.runtime.step import Event, step
from functions.services.generate_moments import generate_moments, run_generation

settings = load(MomentSettings)


@step("moments")
def lambda_handler(event: Event, context: LambdaContext) -> dict[str, Any]:
    """{video_id, generation_id} -> {generation_id, found}

    Without a generation one is opened with what is usual, as a run of the pipeline wants it.
    """

    def out_of_time() -> bool:
        return context.get_remaining_time_in_millis() < settings.handover_s * 1000

    def generator(name: str, memory: Memory) -> MomentGenerator:
        return bootstrap.moment_generator(settings.models, name, memory, out_of_time)

    made, video_id = bootstrap.moment_context(settings), event["video_id"]
    if event["generation_id"]:
        generation = run_generation(
            made, generator, video_id=video_id, generation_id=event["generation_id"]
        )
    else:
        usual = MomentOptions(model=settings.models.usual)
        generation = generate_moments(made, generator, video_id, usual)
    _count(generation)
    return {"generation_id": generation.generation_id, "found": generation.found or 0}


def _count(generation: Generation) -> None:
    """No word of what was said: only how it went."""
    telemetry.count("MomentsFound", generation.found or 0)
    telemetry.count("ModelTokens", generation.usage.input_tokens + generation.usage.output_tokens)
    if generation.degraded:
        telemetry.count("ModelsReplaced")
    telemetry.logger.info(
        "moments found",
        extra={
            "generation": generation.generation_id,
            "generator": generation.generator,
            "found": generation.found,
            "reused": generation.reused,
            "calls": generation.usage.calls,
            "cost_usd": generation.cost_usd,
        },
    )
