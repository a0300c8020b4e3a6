"""The HLS rendition could not be made: the video says so, and the run goes on."""

from __future__ import annotations

from functions.domain.failure import Failure
from functions.domain.runs.stage import Stage
from functions.services.runs.stages import Context, change_video, load


def fail_hls(
    context: Context, *, video_id: str, run_id: str, code: str | None, detail: str | None
) -> Failure:
    """An error without a code is ours, and says so."""
    failure = Failure(
        code=code or "hls.internal",
        detail=detail or "Something of ours failed; start the pipeline again to have it made.",
        stage=Stage.HLS.value,
    )
    now = context.clock()
    run = load(context, video_id, run_id).run
    change_video(context, video_id, lambda video: video.without_hls(failure, now), by=run)
    context.runs.stage_finished(run, Stage.HLS, now, reused=False, given_up=True)
    return failure
