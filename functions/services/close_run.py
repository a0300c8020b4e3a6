"""What follows from the end of a run, however it ended: nothing more is written for it, what goes
on for it elsewhere is stopped, and its video is let go."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from functions.domain.errors import CutroomError, NotFoundError
from functions.domain.keys import work_prefix
from functions.domain.lease import AFTERMATH
from functions.domain.run import Run, RunStatus, Stage
from functions.domain.run_ports import RunWork
from functions.domain.video import Failure, Video
from functions.services.stages import Context, change_video

logger = logging.getLogger(__name__)
INTERNAL = Failure(
    code="pipeline.internal",
    detail="Something of ours failed. Your file is kept; start the pipeline again.",
    stage=Stage.CLAIM,
)


def close_run(context: Context, run: Run, works: Sequence[RunWork] = ()) -> bool:
    """Every part is safe to repeat, and the run is watched until all are done: True then.

    The fence comes first and the video last: nobody else may begin while something can still be
    written for this run. Half-way pieces of a cancelled run are cleared; one that has failed is
    started again, and goes on from them.
    """
    context.segments.close(run)
    badly = run.status is not RunStatus.SUCCEEDED
    failed = [work for work in works if badly and not _stop(work, run)]
    video = context.videos.get(run.video_id)
    if video is not None:
        if run.status is RunStatus.CANCELLED and video.holder in {None, run.run_id}:
            context.media.clear(work_prefix(video.user_id, video.video_id))
        _let_go(context, run)
    done = not failed and not _may_leave_more(run, context.clock())
    if done:
        context.runs.let_go(run)
    return done


def _stop(work: RunWork, run: Run) -> bool:
    """One that cannot be stopped now must not keep the others going."""
    try:
        work.stop(run)
    except CutroomError as error:
        extra = {"run_id": run.run_id, "code": error.code}
        logger.warning("work of an ended run not stopped", extra=extra)
        return False
    return True


def _may_leave_more(run: Run, now: datetime) -> bool:
    """Workers of a cancelled run that have not noticed yet: what they leave is cleared later."""
    ended = run.finished_at or run.created_at
    return run.status is RunStatus.CANCELLED and now < ended + AFTERMATH


def _let_go(context: Context, run: Run) -> None:
    now = context.clock()

    def settled(video: Video) -> Video:
        return _settled(video, run, now) if video.holder == run.run_id else video

    try:
        change_video(context, run.video_id, settled)
    except NotFoundError:
        logger.info("the video of an ended run is gone", extra={"run_id": run.run_id})


def _settled(video: Video, run: Run, now: datetime) -> Video:
    """As its run left it. How it was before counts until a run cuts it."""
    after = _left(video, run, now)
    return replace(after, before=None) if run.does(Stage.CUT) else after


def _left(video: Video, run: Run, now: datetime) -> Video:
    if run.status is RunStatus.CANCELLED:
        return video.cancelled(now)
    if run.status is RunStatus.FAILED:
        return video.failed(run.error or INTERNAL, now)
    if run.outcome is None:
        return video.rested(now)
    count, poster = run.outcome.segment_count, run.outcome.poster_id
    return video.ready(segment_count=count, poster_id=poster, now=now)
