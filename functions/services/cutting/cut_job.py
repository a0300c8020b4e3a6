"""What one invocation is given to cut with, and what it says when its time was not enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from functions.domain.cutting.exactness import Exactness
from functions.domain.cutting.job import CutJob
from functions.domain.cutting.plan import Plan
from functions.domain.errors import MediaError, UnavailableError
from functions.services.cutting.window_tasks import WindowTask
from functions.services.runs.stages import Context, StageWork
from functions.services.segments.captions import read_captions

SOURCE_URL_SECONDS = 3_600


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """What one invocation may use: a folder, bytes of it, and time until `stop` says enough."""

    folder: Path
    disk_budget: int
    stop: Callable[[], bool]


def cut_job(context: Context, work: StageWork, bounds: Bounds, task: WindowTask) -> CutJob:
    target = task.plan.target
    return CutJob(
        source_url=context.media.sign_get(work.source, SOURCE_URL_SECONDS),
        plan=task.plan,
        segments=task.segments,
        skip=task.skip,
        folder=bounds.folder,
        disk_budget=bounds.disk_budget,
        captions=read_captions(context.media, target.captions_key if target else None),
        reach=task.plan.whole_reach(work.source.size),
    )


def too_slow(plan: Plan, number: int) -> MediaError | UnavailableError:
    """Not one segment in all the time of an invocation; encoding it again takes as long."""
    if plan.cut is Exactness.KEYFRAME:
        return UnavailableError("cut.too_slow", "Not one segment was finished in the time allowed.")
    return MediaError(
        "segment.too_long",
        f"Segment {number} takes longer to encode than is allowed for one. Ask for shorter "
        "segments, a smaller target, or a cut at keyframes.",
    )
