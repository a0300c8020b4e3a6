"""Task: look for a video's moments as a stage of a run."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap
from functions.domain.moment_ports import Memory, MomentGenerator
from functions.runtime import telemetry
from functions.runtime.settings import MomentSettings, load
from functions.runtime.step import Event, step
from functions.services.moments_of_run import find_moments_of_run

settings = load(MomentSettings)


@step("moments")
def lambda_handler(event: Event, context: LambdaContext) -> dict[str, Any]:
    """{video_id, run_id} -> {found}"""

    def out_of_time() -> bool:
        return context.get_remaining_time_in_millis() < settings.handover_s * 1000

    def generator(name: str, memory: Memory) -> MomentGenerator:
        return bootstrap.moment_generator(settings.models, name, memory, out_of_time)

    generation = find_moments_of_run(
        bootstrap.moment_context(settings),
        generator,
        video_id=event["video_id"],
        run_id=event["run_id"],
    )
    telemetry.count("MomentsFound", generation.found or 0)
    return {"found": generation.found or 0}
