"""The proxy of a video: a small copy of all of it, made beside the cut where it is asked for.

A fault of its own is written down with the video, and fails nothing else. The video's row is
written last; what lies there already is not made again.
"""

from __future__ import annotations

from pathlib import Path

from functions.domain.cutting.plan import Chunk, Plan, Window
from functions.domain.errors import MediaError, UnavailableError
from functions.domain.extras import Extra
from functions.domain.failure import Failure
from functions.domain.keys import chunk_key, proxy_key
from functions.domain.media.ports import Cutter
from functions.domain.runs.run import Stage
from functions.services.cutting.chunk_files import ChunkPlace, encode_to, joined
from functions.services.cutting.cut_job import Bounds, cut_job, too_slow
from functions.services.cutting.redo import work_name
from functions.services.cutting.window_tasks import WindowTask, window_tasks
from functions.services.runs.stages import Context, StageWork, change_video, require_open


def proxy_wanted(work: StageWork) -> bool:
    """Whether it was asked for, and is not there yet or to be made again."""
    video, run = work.video, work.run
    again = run.redoes(Stage.CUT) and video.proxy_run != run.run_id
    return Extra.PROXY in video.extras and (video.proxy_key is None or again)


def cut_proxy(
    context: Context, cutter: Cutter, bounds: Bounds, work: StageWork, plan: Plan, window: Window
) -> None:
    """Encode one chunk of it, or all of a source that cannot be entered."""
    if not proxy_wanted(work):
        return
    (task,) = window_tasks(plan, window, ())
    try:
        if window.chunk is None:
            _make_whole(context, cutter, bounds, work, task)
            return
        key = _chunk_key(work, plan, window.chunk)
        job = cut_job(context, work, bounds, task)
        place = ChunkPlace(key=key, number=1, run=work.run)
        encode_to(context, cutter, job, window.chunk, place, bounds)
    except MediaError as error:
        _note(context, work, error)


def join_proxy(
    context: Context, cutter: Cutter, bounds: Bounds, work: StageWork, plan: Plan, window: Window
) -> bool:
    """Join its chunks; False where it was there, or a chunk could not be made."""
    keys = [_chunk_key(work, plan, chunk) for chunk in plan.chunks_of(window)]
    made = proxy_wanted(work)
    if made:
        (task,) = window_tasks(plan, window, ())
        try:
            job = cut_job(context, work, bounds, task)
            file = joined(context, cutter, job, keys, bounds, 1)
        except MediaError as error:
            _note(context, work, error)
            return False
        except UnavailableError:
            if work.video.proxy_error is None:
                raise
            return False
        _keep(context, work, file.path)
    context.media.delete(keys)
    return made


def _make_whole(
    context: Context, cutter: Cutter, bounds: Bounds, work: StageWork, task: WindowTask
) -> None:
    job = cut_job(context, work, bounds, task)
    for file in cutter.cut(job, lambda _: None, bounds.stop):
        _keep(context, work, file.path)
        return
    raise too_slow(task.plan, 1)


def _keep(context: Context, work: StageWork, path: Path) -> None:
    key = proxy_key(work.video.user_id, work.video.video_id, work.source.etag)
    require_open(context, work.run)
    context.media.upload(path, key, "video/mp4")
    now = context.clock()
    change_video(
        context, work.video.video_id, lambda video: video.with_proxy(key, now), by=work.run
    )


def _note(context: Context, work: StageWork, error: MediaError) -> None:
    failure, now = Failure(code=error.code, detail=error.detail, stage="proxy"), context.clock()
    change_video(
        context, work.video.video_id, lambda video: video.without_proxy(failure, now), by=work.run
    )


def _chunk_key(work: StageWork, plan: Plan, chunk: Chunk) -> str:
    """Under number 0, which no segment has: a cut of the same plan has chunks of its own."""
    place = (work.video.user_id, work.video.video_id, work_name(plan.plan_id, work.run, Stage.CUT))
    return chunk_key(*place, 0, chunk.start, chunk.end)
