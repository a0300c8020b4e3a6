"""The frame around every stage of a run: marks when it began and ended, hands over its context."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from functions.domain.codec import from_plain
from functions.domain.cutting.plan import Plan
from functions.domain.errors import (
    CutroomError,
    NotFoundError,
    RunOverError,
    StaleWriteError,
    UnavailableError,
)
from functions.domain.media.ports import MediaStore
from functions.domain.media.probe import Probe
from functions.domain.media.source import Source
from functions.domain.ports import SegmentStore, VideoStore
from functions.domain.runs.lease import half_gone, lease_from
from functions.domain.runs.ports import RunStore
from functions.domain.runs.run import Run, Stage
from functions.domain.segments.segment import Segment, SegmentType, segment_id_of
from functions.domain.video import Video


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What every stage works with."""

    videos: VideoStore
    runs: RunStore
    segments: SegmentStore
    media: MediaStore
    clock: Callable[[], datetime]


@dataclass(slots=True)
class StageWork:
    """The stage under way; set `reused` when an earlier run has done it."""

    video: Video
    run: Run
    reused: bool = field(default=False)

    @property
    def source(self) -> Source:
        if self.video.source is None:
            raise NotFoundError("video.no_source", "The video has no source file.")
        return self.video.source


def load(context: Context, video_id: str, run_id: str) -> StageWork:
    """A video and the run that holds it, whose lease is moved on. Raises RunOverError where it
    does not hold it any more."""
    run = context.runs.get(video_id, run_id)
    if run is None:
        raise _deleted()
    if not hold(context, run):
        raise RunOverError
    video = context.videos.get(video_id)
    if video is None:
        raise _deleted()
    _require_holder(video, run)
    return StageWork(video, run)


def hold(context: Context, run: Run) -> bool:
    """Move the lease of a run on where it is time; False when the run has ended."""
    now = context.clock()
    if run.open and half_gone(run.lease_until, now):
        return context.runs.renew(run.video_id, run.run_id, lease_from(now))
    return run.open


def require_open(context: Context, run: Run) -> None:
    """Before anything is stored that no condition holds back. Raises RunOverError."""
    known = context.runs.get(run.video_id, run.run_id)
    if known is None or not known.open:
        raise RunOverError


def _deleted() -> NotFoundError:
    return NotFoundError("video.not_found", "The video was deleted while it was worked on.")


def _require_holder(video: Video, run: Run) -> None:
    if video.run_id != run.run_id:
        raise RunOverError("pipeline.superseded", "A newer run of this video has been started.")
    if video.holder is None:
        raise RunOverError


@contextmanager
def stage(context: Context, name: Stage, video_id: str, run_id: str) -> Iterator[StageWork]:
    """Load the video and the run, mark the stage's start and, unless it raises, its end."""
    work = load(context, video_id, run_id)
    context.runs.stage_started(work.run, name, context.clock())
    with noted(context, name, work):
        yield work
    context.runs.stage_finished(work.run, name, context.clock(), reused=work.reused)


@contextmanager
def noted(context: Context, name: Stage, work: StageWork) -> Iterator[None]:
    """What goes wrong in a stage is told by its history, whether or not it is tried again."""
    try:
        yield
    except RunOverError:
        raise
    except CutroomError as error:
        context.runs.stage_failed(work.run, name, error.code)
        raise


def read_probe(context: Context, video: Video) -> Probe:
    if video.probe_key is None:
        raise UnavailableError("pipeline.out_of_order", "The video was not probed yet.")
    return from_plain(Probe, context.media.read_json(video.probe_key))


def read_plan(context: Context, run: Run) -> Plan:
    if run.plan_key is None:
        raise UnavailableError("pipeline.out_of_order", "The cut was not planned yet.")
    return from_plain(Plan, context.media.read_json(run.plan_key))


def change_video(
    context: Context,
    video_id: str,
    change: Callable[[Video], Video],
    attempts: int = 5,
    *,
    by: Run | None = None,
) -> Video:
    """Read, change, write conditionally; read again when another worker was first.

    A change that is made for a run (`by`) raises RunOverError once that does not hold the video.
    """
    for left in reversed(range(attempts)):
        video = context.videos.get(video_id)
        if video is None:
            raise _deleted()
        if by is not None:
            _require_holder(video, by)
        changed = change(video)
        if changed == video:
            return video
        try:
            return context.videos.save(changed)
        except StaleWriteError:
            if not left:
                raise
    raise AssertionError("unreachable")


def segments_of(
    context: Context,
    video_id: str,
    plan: Plan,
    kind: SegmentType,
    numbers: Sequence[int] | None = None,
) -> dict[int, Segment]:
    """Which of a plan's segments are there, by number: made for this plan or for another."""
    wanted = None if numbers is None else set(numbers)
    ids = {
        segment_id_of(video_id, kind, content): number
        for number, content in plan.contents().items()
        if wanted is None or number in wanted
    }
    rows = {ids[row.segment_id]: row for row in context.segments.get_many(list(ids))}
    return dict(sorted(rows.items()))


def numbers_of(
    context: Context, run: Run, plan: Plan, numbers: Sequence[int] | None = None
) -> set[int]:
    """Which of a plan's segments need not be made any more: of a cut that is done again, those that
    this run has made."""
    rows = segments_of(context, run.video_id, plan, SegmentType.PROCESSED, numbers)
    again = run.redoes(Stage.CUT)
    return {number for number, row in rows.items() if not again or row.run_id == run.run_id}
