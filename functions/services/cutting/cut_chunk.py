"""A segment that takes longer to encode than one function may run: its picture in chunks, each by a
function of its own, then all of them joined with one pass over the sound.

A chunk lies under work/ by a name of its times; the segment's row is written last, and only then
its chunks are removed. So whoever is killed leaves what the next attempt goes on from.
"""

from __future__ import annotations

from functions.domain.cutting.plan import Chunk, Plan, Window
from functions.domain.keys import chunk_key
from functions.domain.media.ports import Cutter
from functions.domain.runs.run import Stage
from functions.services.cutting.chunk_files import ChunkPlace, encode_to, joined
from functions.services.cutting.cut_job import Bounds, cut_job
from functions.services.cutting.make_proxy import join_proxy
from functions.services.cutting.redo import work_name
from functions.services.cutting.store_segment import Shelf
from functions.services.cutting.window_tasks import window_tasks
from functions.services.runs.progress import WindowProgress
from functions.services.runs.stages import Context, StageWork, load, noted, numbers_of, read_plan


def cut_chunk(
    context: Context,
    cutter: Cutter,
    bounds: Bounds,
    work: StageWork,
    plan: Plan,
    window: Window,
    chunk: Chunk,
) -> None:
    """Encode one chunk, unless it or its whole segment is there."""
    (number,) = plan.numbers_of(window)
    have = numbers_of(context, work.run, plan, [number])
    progress = WindowProgress(context, work.run, plan, window, ())
    for task in window_tasks(plan, window, have):
        job = cut_job(context, work, bounds, task)
        place = ChunkPlace(key=_key(work, plan, number, chunk), number=number, run=work.run)
        encode_to(context, cutter, job, chunk, place, bounds)
    progress.read(chunk.end - chunk.start)
    progress.report(force=True)


def join_segment(
    context: Context,
    cutter: Cutter,
    bounds: Bounds,
    *,
    video_id: str,
    run_id: str,
    index: int,
) -> bool:
    """Join a segment's chunks and record it; False where it was there."""
    work = load(context, video_id, run_id)
    with noted(context, Stage.CUT, work):
        return _join(context, cutter, bounds, work, index)


def _join(context: Context, cutter: Cutter, bounds: Bounds, work: StageWork, index: int) -> bool:
    plan = read_plan(context, work.run)
    window = plan.window(index)
    if plan.proxy and plan.is_proxy(window):
        return join_proxy(context, cutter, bounds, work, plan.proxy, window)
    (number,) = plan.numbers_of(window)
    keys = [_key(work, plan, number, chunk) for chunk in plan.chunks_of(window)]
    have = numbers_of(context, work.run, plan, [number])
    progress = WindowProgress(context, work.run, plan, window, have)
    shelf = Shelf(context=context, cutter=cutter, work=work, plan=plan, progress=progress)
    made = False
    for task in window_tasks(plan, window, have):
        job = cut_job(context, work, bounds, task)
        shelf.store(task, joined(context, cutter, job, keys, bounds, number))
        made = True
    context.media.delete(keys)
    progress.report(force=True)
    return made


def _key(work: StageWork, plan: Plan, number: int, chunk: Chunk) -> str:
    place = (work.video.user_id, work.video.video_id, work_name(plan.plan_id, work.run, Stage.CUT))
    return chunk_key(*place, number, chunk.start, chunk.end)
