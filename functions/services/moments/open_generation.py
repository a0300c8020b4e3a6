"""Asking for moments: one generation of a video at a time, and none for what is known already."""

from __future__ import annotations

from dataclasses import dataclass

from functions.domain.errors import ConflictError, CutroomError, FieldError, InvalidInputError
from functions.domain.failure import Failure
from functions.domain.moments.generation import (
    LEASE,
    Generation,
    generation_id_of,
    key_of,
    verdicts_of,
)
from functions.domain.moments.models import Models
from functions.domain.moments.moment import MomentOptions
from functions.domain.moments.ports import MomentRuns
from functions.domain.video import Video
from functions.services.moments.context import MomentContext, has_sound, made_by, require_words
from functions.services.ownership import Caller, own_video

_ATTEMPTS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """`regenerate` asks anew though nothing has changed; `run_id` names the run of the pipeline
    that asks, if one does."""

    options: MomentOptions
    regenerate: bool = False
    run_id: str | None = None


def request_moments(
    made: MomentContext, runs: MomentRuns, caller: Caller, video_id: str, wanted: Wanted
) -> Generation:
    """The generation that answers this: under way, or a new one that is started, or one that has
    ended and would come to the same.

    Raises NotFoundError, InvalidInputError for an unknown model, ConflictError where there is no
    transcript or another generation is under way.
    """
    require_model(made.models, wanted.options.model)
    video = own_video(caller, made.context.videos, video_id)
    generation = open_generation(made, video, wanted)
    if generation.open:
        _start(made, runs, generation)
    return generation


def _start(made: MomentContext, runs: MomentRuns, generation: Generation) -> None:
    """What could not be started must not keep the video."""
    try:
        runs.start(generation.video_id, generation.generation_id)
    except CutroomError as error:
        failure = Failure(code=error.code, detail=error.detail, stage="moments")
        made.generations.fail(generation.failed(failure, made.context.clock()))
        raise


def require_model(models: Models, name: str) -> None:
    if name not in models.names:
        says = f"There is no such model; use one of {', '.join(models.names)}."
        raise InvalidInputError(
            "request.invalid", says, fields=(FieldError("/model", "unknown_model", says),)
        )


def open_generation(made: MomentContext, video: Video, wanted: Wanted) -> Generation:
    """As above, without starting it."""
    for _ in range(_ATTEMPTS):
        latest = made.generations.latest(video.video_id)
        opened = _following(made, video, wanted, latest)
        if opened is latest:
            return opened
        if made.generations.open(opened, latest):
            return opened
    raise _under_way()


def _following(
    made: MomentContext, video: Video, wanted: Wanted, latest: Generation | None
) -> Generation:
    """The latest one if it will do, else the next."""
    version, options = require_words(video), wanted.options
    by = made_by(made.models, options.model)
    key = key_of(video.video_id, options, version, by, sound=has_sound(video))
    verdicts = verdicts_of(made.moments.of_video(video.video_id))
    if latest is not None and not lost(made, latest):
        if latest.answers(key, verdicts) and (latest.open or not wanted.regenerate):
            return latest
        if latest.open:
            raise _under_way()
    number = latest.number + 1 if latest else 1
    # What was asked for anew stays so, until something else is asked for.
    before = latest.attempt if latest is not None and latest.key == key else 0
    now = made.context.clock()
    return Generation(
        video_id=video.video_id,
        generation_id=generation_id_of(number, key),
        user_id=video.user_id,
        number=number,
        key=key,
        verdicts=verdicts,
        options=options,
        transcript_version=version,
        created_at=now,
        lease_until=now + LEASE,
        attempt=number if wanted.regenerate else before,
        run_id=wanted.run_id,
    )


def lost(made: MomentContext, generation: Generation) -> bool:
    """Whether nobody works on it any more though it is open: its time is over, or its run is."""
    if not generation.open or generation.run_id is None:
        return generation.lost(made.context.clock())
    run = made.context.runs.get(generation.video_id, generation.run_id)
    return run is None or not run.open or generation.lost(made.context.clock())


def _under_way() -> ConflictError:
    return ConflictError(
        "moments.under_way",
        "Another generation of this video is under way; ask again once it has ended.",
    )
