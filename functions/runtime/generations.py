"""What is told to operators of a search for moments."""

from __future__ import annotations

from functions.domain.moments.generation import Generation
from functions.runtime import telemetry


def tell_generation(generation: Generation) -> None:
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
