"""The words of a video could not be written down: the video says so, and the run goes on."""

from __future__ import annotations

from functions.domain.failure import Failure
from functions.domain.runs.stage import Stage
from functions.services.runs.stages import Context, change_video, load

TIMED_OUT = "States.Timeout"


def fail_transcript(
    context: Context,
    *,
    video_id: str,
    run_id: str,
    error: str,
    code: str | None,
    detail: str | None,
) -> Failure:
    """An error without a code is ours, and says so."""
    usual = "transcript.timed_out" if error == TIMED_OUT else "transcript.internal"
    failure = Failure(
        code=code or usual,
        detail=detail or "Something of ours failed; start the pipeline again to have it made.",
        stage=Stage.TRANSCRIPT.value,
    )
    now = context.clock()
    run = load(context, video_id, run_id).run
    change_video(context, video_id, lambda video: video.without_transcript(failure, now), by=run)
    context.runs.stage_finished(run, Stage.TRANSCRIPT, now, reused=False, given_up=True)
    return failure
