"""What follows from the end of a run, however it ended: nothing more is written for it, what goes
on for it elsewhere is stopped, and its video is let go."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from functions.domain.errors import CutroomError, NotFoundError
from functions.domain.failure import Failure
from functions.domain.keys import is_piece_of_run, work_prefix
from functions.domain.runs.ports import RunWork
from functions.domain.runs.run import Run, RunStatus, Stage
from functions.domain.video import Video
from functions.services.runs.stages import Context, change_video

logger = logging.getLogger(__name__)
INTERNAL = Failure(
    code="pipeline.internal",
    detail="Something of ours failed. Your file is kept; start the pipeline again.",
    stage=Stage.CLAIM,
)


def close_run(context: Context, run: Run, works: Sequence[RunWork] = ()) -> bool:
    """Every part is safe to repeat; True if all was done, so that it need not be watched for that.

    The fence comes first and the video last: nobody else may begin while something can still be
    written for this run. Half-way pieces of a cancelled run are cleared; one that has failed is
    started again, and goes on from them.
    """
    context.segments.close(run)
    steps = [partial(work.stop, run) for work in works if run.status is not RunStatus.SUCCEEDED]
    if run.status is RunStatus.CANCELLED:
        steps.append(partial(_clear, context, run))
    failed = [step for step in steps if not _tried(step, run)]
    _let_go(context, run)
    return not failed


def _tried(step: Callable[[], None], run: Run) -> bool:
    """What cannot be done now keeps nothing else from being done: the run stays watched for it."""
    try:
        step()
    except CutroomError as error:
        extra = {"run_id": run.run_id, "code": error.code}
        logger.warning("an ended run not closed yet", extra=extra)
        return False
    return True


def _clear(context: Context, run: Run) -> None:
    """Half-way pieces, unless another run works on them by now."""
    video = context.videos.get(run.video_id)
    if video is not None and video.holder in {None, run.run_id}:
        pieces = context.media.stored(work_prefix(video.user_id, video.video_id))
        context.media.remove([one for one in pieces if is_piece_of_run(one.key)])


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
