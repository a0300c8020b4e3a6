"""Where every caught error of a generation ends: it says what went wrong, and lets its video go."""

from __future__ import annotations

from functions.domain.failure import Failure
from functions.services.moments.context import MomentContext

INTERNAL = "moments.internal"


def moments_failure(code: str | None, detail: str | None) -> Failure:
    """An error without a code is ours, and says so."""
    says = detail or "Something of ours failed; ask for moments again."
    return Failure(code=code or INTERNAL, detail=says, stage="moments")


def fail_generation(
    made: MomentContext, *, video_id: str, generation_id: str, code: str | None, detail: str | None
) -> Failure | None:
    """None where it had ended before, or where there is none: the first outcome stays."""
    generation = made.generations.get(video_id, generation_id)
    if generation is None:
        return None
    failure = moments_failure(code, detail)
    ended = made.generations.fail(generation.failed(failure, made.context.clock()))
    return failure if ended else None
