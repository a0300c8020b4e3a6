"""A segment that takes longer to encode than one function may run: its picture in chunks, each by a
function of its own, then all of them joined with one pass over the sound.

A chunk lies under work/ by a name of its times; the segment's row is written last, and only then
its chunks are removed. So whoever is killed leaves what the next attempt goes on from.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from functions.domain.cutting import CutJob
from functions.domain.errors import MediaError, UnavailableError
from functions.domain.keys import chunk_key
from functions.domain.plan import Chunk, Plan, Window
from functions.domain.ports import Cutter
from functions.domain.video import Source
from functions.services.cut_job import Bounds, cut_job, too_slow
from functions.services.progress import WindowProgress
from functions.services.stages import Context, StageWork, load, numbers_of, read_plan
from functions.services.store_segment import Shelf
from functions.services.window_tasks import WindowTask, window_tasks

DOWNLOAD_THREADS = 8


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
    have = numbers_of(context, work.video.video_id, plan, [number])
    progress = WindowProgress(context, work.run, plan, window, ())
    key = _key(work, plan, number, chunk)
    for task in window_tasks(plan, window, have):
        if context.media.find(key) is None:
            path = cutter.encode_chunk(cut_job(context, work, bounds, task), chunk, bounds.stop)
            if path is None:
                raise too_slow(plan, number)
            context.media.upload(path, key, "video/mp4")
            path.unlink()
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
    plan = read_plan(context, work.run)
    window = plan.window(index)
    (number,) = plan.numbers_of(window)
    keys = [_key(work, plan, number, chunk) for chunk in plan.chunks_of(window)]
    have = numbers_of(context, video_id, plan, [number])
    progress = WindowProgress(context, work.run, plan, window, have)
    shelf = Shelf(context=context, cutter=cutter, video=work.video, plan=plan, progress=progress)
    made = False
    for task in window_tasks(plan, window, have):
        job = cut_job(context, work, bounds, task)
        _join(shelf, task, job, keys, bounds)
        made = True
    context.media.delete(keys)
    progress.report(force=True)
    return made


def _join(shelf: Shelf, task: WindowTask, job: CutJob, keys: list[str], bounds: Bounds) -> None:
    number = task.number_of(task.segments[0])
    found = [shelf.context.media.find(key) for key in keys]
    sources = [source for source in found if source is not None]
    if len(sources) < len(keys):
        raise UnavailableError(
            "pipeline.incomplete", f"Pieces of segment {number} are missing; run again."
        )
    _require_room(number, sources, bounds)
    with ThreadPoolExecutor(DOWNLOAD_THREADS) as pool:
        paths = list(pool.map(lambda pair: _fetch(shelf.context, job, *pair), enumerate(keys)))
    file = shelf.cutter.join_chunks(job, paths, bounds.stop)
    if file is None:
        raise too_slow(shelf.plan, number)
    shelf.store(task, file)


def _require_room(number: int, sources: list[Source], bounds: Bounds) -> None:
    """The chunks and what is made of them lie on one disk."""
    if 2 * sum(source.size for source in sources) > bounds.disk_budget:
        raise too_large(number)


def too_large(number: int) -> MediaError:
    return MediaError(
        "segment.too_large",
        f"Segment {number} is larger than can be put together. Ask for shorter segments, a lower "
        "bit rate or a smaller picture.",
    )


def _fetch(context: Context, job: CutJob, place: int, key: str) -> Path:
    path = job.folder / f"chunk-{place:04d}.mp4"
    context.media.download(key, path)
    return path


def _key(work: StageWork, plan: Plan, number: int, chunk: Chunk) -> str:
    place = (work.video.user_id, work.video.video_id, plan.plan_id)
    return chunk_key(*place, number, chunk.start, chunk.end)
