"""Where every caught error of the pipeline ends: the run and the video say what went wrong."""

from __future__ import annotations

from functions.domain.run import Stage
from functions.domain.video import Failure, Video, VideoStatus
from functions.services.stages import Context, change_video

INTERNAL = Failure(
    code="pipeline.internal",
    detail="Something of ours failed. Your file is kept; start the pipeline again.",
    stage=Stage.CLAIM,
)


def fail_run(
    context: Context, *, video_id: str, run_id: str, code: str | None, detail: str | None
) -> Failure:
    """Write `failed` on both rows. An error without a code is ours, and says so."""
    run = context.runs.get(video_id, run_id)
    stage = run.stage() if run else Stage.CLAIM
    failure = Failure(
        code=code or INTERNAL.code, detail=detail or INTERNAL.detail, stage=stage.value
    )
    now = context.clock()
    if not context.runs.fail(video_id, run_id, failure, now) and run and run.error:
        failure = run.error

    def failed(video: Video) -> Video:
        over = video.run_id != run_id or video.status in {VideoStatus.READY, VideoStatus.FAILED}
        return video if over else video.failed(failure, now)

    change_video(context, video_id, failed)
    return failure
