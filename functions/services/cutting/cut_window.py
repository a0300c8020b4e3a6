"""Fourth stage, one window of it: cut, look at, upload and record each segment as it is finished.

A segment's row is written last, after its files. So a worker that is killed leaves either a whole
segment or none, and the next attempt goes on at the first one that is missing.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from functions.domain.cutting.job import CutJob, StopRequested
from functions.domain.cutting.plan import Plan
from functions.domain.errors import RunOverError
from functions.domain.media.ports import Cutter
from functions.domain.runs.run import Stage
from functions.services.cutting.cut_chunk import cut_chunk
from functions.services.cutting.cut_job import SOURCE_URL_SECONDS, Bounds, cut_job, too_slow
from functions.services.cutting.make_proxy import cut_proxy
from functions.services.cutting.store_segment import Shelf, shortfall
from functions.services.cutting.window_tasks import WindowTask, window_tasks
from functions.services.runs.progress import WindowProgress
from functions.services.runs.stages import Context, StageWork, load, noted, numbers_of, read_plan

__all__ = ["SOURCE_URL_SECONDS", "Bounds", "WindowResult", "cut_window"]
UPLOAD_THREADS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowResult:
    """`finished` False hands the rest to the next invocation."""

    finished: bool
    made: int


def cut_window(
    context: Context, cutter: Cutter, bounds: Bounds, *, video_id: str, run_id: str, index: int
) -> WindowResult:
    """Make what is missing of a window. Raises MediaError where the source ends too early,
    RunOverError where the run ends meanwhile."""
    work = load(context, video_id, run_id)
    context.runs.stage_started(work.run, Stage.CUT, context.clock(), counted=False)
    with noted(context, Stage.CUT, work):
        return _cut(context, cutter, bounds, work, index)


def _cut(
    context: Context, cutter: Cutter, bounds: Bounds, work: StageWork, index: int
) -> WindowResult:
    plan = read_plan(context, work.run)
    window = plan.window(index)
    if plan.proxy and plan.is_proxy(window):
        cut_proxy(context, cutter, bounds, work, plan.proxy, window)
        return WindowResult(finished=True, made=0)
    if window.chunk:
        cut_chunk(context, cutter, bounds, work, plan, window, window.chunk)
        return WindowResult(finished=True, made=0)
    numbers = plan.numbers_of(window)
    have = numbers_of(context, work.run, plan, numbers)
    progress = WindowProgress(context, work.run, plan, window, have)
    shelf = Shelf(context=context, cutter=cutter, work=work, plan=plan, progress=progress)

    def stop() -> bool:
        return progress.over or bounds.stop()

    made: set[int] = set()
    for task in window_tasks(plan, window, have):
        made |= _make(shelf, task, cut_job(context, work, bounds, task), stop)
        if stop():
            break
    progress.report(force=True)
    if progress.over:
        raise RunOverError
    left = [number for number in numbers if number not in have | made]
    _require_progress(plan, left, made, bounds)
    return WindowResult(finished=not left, made=len(made))


def _require_progress(plan: Plan, left: list[int], made: set[int], bounds: Bounds) -> None:
    """What is left is for the next invocation, if this one had no more time and made something."""
    if left and not made and bounds.stop():
        raise too_slow(plan, left[0])
    if left and not bounds.stop():
        raise shortfall(plan, left[0])


def _make(shelf: Shelf, task: WindowTask, job: CutJob, stop: StopRequested) -> set[int]:
    """Cut and store; returns the numbers that were recorded."""
    made: dict[int, Future[None]] = {}
    with ThreadPoolExecutor(UPLOAD_THREADS) as pool:
        try:
            for file in shelf.cutter.cut(job, shelf.progress.read, stop):
                _raise_first(made)
                if file.segment.number in job.skip:
                    file.path.unlink(missing_ok=True)
                    continue
                made[task.number_of(file.segment)] = pool.submit(shelf.store, task, file)
        finally:
            pool.shutdown(wait=True, cancel_futures=False)
    _raise_first(made)
    return set(made)


def _raise_first(futures: dict[int, Future[None]]) -> None:
    for future in futures.values():
        if future.done():
            future.result()
