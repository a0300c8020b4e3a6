"""Where every caught error of a generation ends: it says what went wrong, and lets its video go."""

from __future__ import annotations

from functions.domain.video import Failure
from functions.services.moments import MomentContext

INTERNAL = "moments.internal"


def fail_generation(
    made: MomentContext, *, video_id: str, generation_id: str, code: str | None, detail: str | None
) -> Failure | None:
    """An error without a code is ours, and says so. Without an id it is the video's latest one.
    None where it had ended before, or where there is none: the first outcome stays."""
    store = made.generations
    generation = store.get(video_id, generation_id) if generation_id else store.latest(video_id)
    if generation is None:
        return None
    failure = Failure(
        code=code or INTERNAL,
        detail=detail or "Something of ours failed; ask for moments again.",
        stage="moments",
    )
    ended = made.generations.fail(generation.failed(failure, made.context.clock()))
    return failure if ended else None
