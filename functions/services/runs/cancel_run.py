"""A user stops a run: nothing more is made, what was made stays."""

from __future__ import annotations

from collections.abc import Sequence

from functions.domain.errors import ConflictError, NotFoundError
from functions.domain.runs.ports import RunWork
from functions.domain.runs.run import Run, RunStatus
from functions.services.ownership import Caller, own_video
from functions.services.runs.close_run import close_run
from functions.services.runs.stages import Context


def cancel_run(
    caller: Caller,
    video_id: str,
    context: Context,
    works: Sequence[RunWork],
    run_id: str | None = None,
) -> Run:
    """Cancel the video's latest run, or only this one; doing so again changes nothing.

    Whether the run or the cancelling comes to its end first is decided by one write. Raises
    ConflictError where the run has ended otherwise, or none has begun, NotFoundError for a run that
    is not the video's.
    """
    video = own_video(caller, context.videos, video_id)
    if video.run_id is None:
        raise ConflictError("pipeline.not_started", "No run of this video has begun.")
    named = run_id or video.run_id
    context.runs.cancel(video_id, named, context.clock())
    run = context.runs.get(video_id, named)
    if run is None:
        raise NotFoundError("run.not_found", "There is no such run of this video.")
    if run.status is not RunStatus.CANCELLED:
        raise ConflictError(
            "pipeline.finished",
            f"This run has ended before, as {run.status.value}: there is nothing to cancel.",
        )
    if run.watched:
        close_run(context, run, works)
    return run
