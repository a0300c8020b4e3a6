"""Fourth stage, one window of it: cut, look at, upload and record each segment as it is finished.

A segment's row is written last, after its files. So a worker that is killed leaves either a whole
segment or none, and the next attempt goes on at the first one that is missing.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from functions.domain.cutting import CutFile, CutJob, Inspection
from functions.domain.errors import MediaError, UnavailableError
from functions.domain.exactness import Exactness
from functions.domain.keys import audio_piece_key
from functions.domain.plan import Plan, Window
from functions.domain.ports import Cutter
from functions.domain.run import Stage
from functions.domain.times import Milliseconds
from functions.domain.video import Video
from functions.services.cut_rows import processed_row, thumbnail_row
from functions.services.progress import WindowProgress
from functions.services.stages import Context, StageWork, load, numbers_of, read_plan

SOURCE_URL_SECONDS = 3_600
UPLOAD_THREADS = 4
SHORTFALL: Milliseconds = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What one invocation may use: a folder, bytes of it, and time until `stop` says enough."""

    folder: Path
    disk_budget: int
    stop: Callable[[], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowResult:
    """`finished` False hands the rest to the next invocation."""

    finished: bool
    made: int


def cut_window(
    context: Context, cutter: Cutter, bounds: Bounds, *, video_id: str, run_id: str, index: int
) -> WindowResult:
    """Make what is missing of a window. Raises MediaError where the source ends too early."""
    work = load(context, video_id, run_id)
    context.runs.stage_started(work.run, Stage.CUT, context.clock())
    plan = read_plan(context, work.run)
    window = plan.windows[index]
    numbers = range(window.first, window.last + 1)
    have = numbers_of(context, video_id, plan, numbers)
    progress = WindowProgress(context, work.run, plan, window, have)
    missing = [number for number in numbers if number not in have]
    made: set[int] = set()
    if missing:
        job = _job(context, work, bounds, plan, window, missing[0], have)
        made = _make(context, cutter, bounds, work.video, job, progress)
        if not made and bounds.stop():
            raise _too_slow(plan, missing[0])
    left = len(numbers) - len(have | made)
    if left and not bounds.stop():
        raise _shortfall(plan, window.last - left + 1)
    progress.report(force=True)
    return WindowResult(finished=not left, made=len(made))


def _job(
    context: Context,
    work: StageWork,
    bounds: Bounds,
    plan: Plan,
    window: Window,
    first_missing: int,
    have: set[int],
) -> CutJob:
    """From the first missing segment on; without an index, from the window's start."""
    first = window.first if plan.one_pass else first_missing
    segments = plan.of_window(Window(index=window.index, first=first, last=window.last))
    return CutJob(
        source_url=context.media.sign_get(work.source, SOURCE_URL_SECONDS),
        plan=plan,
        segments=segments,
        skip=frozenset(have),
        folder=bounds.folder,
        disk_budget=bounds.disk_budget,
    )


def _make(
    context: Context,
    cutter: Cutter,
    bounds: Bounds,
    video: Video,
    job: CutJob,
    progress: WindowProgress,
) -> set[int]:
    """Cut and store; returns the numbers that were recorded."""
    made: dict[int, Future[None]] = {}
    with ThreadPoolExecutor(UPLOAD_THREADS) as pool:
        try:
            for file in cutter.cut(job, progress.read, bounds.stop):
                _raise_first(made)
                if file.segment.number in job.skip:
                    file.path.unlink(missing_ok=True)
                    continue
                made[file.segment.number] = pool.submit(
                    _store, context, cutter, video, job.plan, file, progress
                )
        finally:
            pool.shutdown(wait=True, cancel_futures=False)
    _raise_first(made)
    return set(made)


def _raise_first(futures: dict[int, Future[None]]) -> None:
    for future in futures.values():
        if future.done():
            future.result()


def _store(
    context: Context,
    cutter: Cutter,
    video: Video,
    plan: Plan,
    file: CutFile,
    progress: WindowProgress,
) -> None:
    """Files first, the row last."""
    seen = cutter.inspect(file.path, plan)
    _require_whole(plan, file, seen)
    processed = processed_row(context, video, plan, file, seen)
    rows = [processed]
    context.media.upload(file.path, processed.s3_key, processed.content_type)
    if seen.thumbnail:
        thumbnail = thumbnail_row(processed, plan, seen.thumbnail)
        context.media.upload(seen.thumbnail, thumbnail.s3_key, thumbnail.content_type)
        rows.insert(0, thumbnail)
    if seen.audio and plan.audio_format:
        number, extension = file.segment.number, plan.audio_format.extension
        key = audio_piece_key(video.user_id, video.video_id, plan.plan_id, number, extension)
        context.media.upload(seen.audio, key, plan.audio_format.content_type)
    for path in (file.path, seen.thumbnail, seen.audio):
        if path:
            path.unlink(missing_ok=True)
    context.segments.add(rows)
    progress.stored(file.segment)


def _require_whole(plan: Plan, file: CutFile, seen: Inspection) -> None:
    """ffmpeg ends well on a file that is cut off: hold what was made against the plan.

    The stated length of a whole file may be a guess, so its last segment is given more room.
    """
    later = plan.segments[file.segment.number : file.segment.number + 1]
    end = later[0].cut if later else plan.duration
    room = SHORTFALL if later else max(SHORTFALL, plan.duration // 20)
    if end - (file.actual_start + seen.duration) > room:
        raise _shortfall(plan, file.segment.number)


def _too_slow(plan: Plan, number: int) -> MediaError | UnavailableError:
    """Not one segment in all the time of an invocation; encoding it again takes as long."""
    if plan.cut is Exactness.KEYFRAME:
        return UnavailableError("cut.too_slow", "Not one segment was finished in the time allowed.")
    return MediaError(
        "segment.too_long",
        f"Segment {number} takes longer to encode than is allowed for one. Ask for shorter "
        "segments, a smaller target, or a cut at keyframes.",
    )


def _shortfall(plan: Plan, number: int) -> MediaError | UnavailableError:
    """With an index the probe has seen the whole file, so a short read is worth another try."""
    if plan.one_pass:
        return MediaError(
            "media.truncated",
            f"The file ends in its segment {number} of {len(plan.segments)}, before its stated "
            "length. Upload the whole file again.",
        )
    return UnavailableError(
        "cut.short_read", f"The source could not be read past segment {number}."
    )
