"""The frame around every stage of a run: marks when it began and ended, hands over its context."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from functions.domain.codec import from_plain
from functions.domain.errors import NotFoundError, StaleWriteError, UnavailableError
from functions.domain.media import Probe
from functions.domain.media_ports import MediaStore
from functions.domain.plan import Plan
from functions.domain.ports import RunStore, SegmentStore, VideoStore
from functions.domain.run import Run, Stage
from functions.domain.segment import Segment, SegmentType, segment_id_of
from functions.domain.video import Source, Video


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
    video = context.videos.get(video_id)
    run = context.runs.get(video_id, run_id)
    if video is None or run is None:
        raise NotFoundError("video.not_found", "The video was deleted while it was worked on.")
    return StageWork(video, run)


@contextmanager
def stage(context: Context, name: Stage, video_id: str, run_id: str) -> Iterator[StageWork]:
    """Load the video and the run, mark the stage's start and, unless it raises, its end."""
    work = load(context, video_id, run_id)
    context.runs.stage_started(work.run, name, context.clock())
    yield work
    context.runs.stage_finished(work.run, name, context.clock(), reused=work.reused)


def read_probe(context: Context, video: Video) -> Probe:
    if video.probe_key is None:
        raise UnavailableError("pipeline.out_of_order", "The video was not probed yet.")
    return from_plain(Probe, context.media.read_json(video.probe_key))


def read_plan(context: Context, run: Run) -> Plan:
    if run.plan_key is None:
        raise UnavailableError("pipeline.out_of_order", "The cut was not planned yet.")
    return from_plain(Plan, context.media.read_json(run.plan_key))


def change_video(
    context: Context, video_id: str, change: Callable[[Video], Video], attempts: int = 5
) -> Video:
    """Read, change, write conditionally; read again when another worker was first."""
    for left in reversed(range(attempts)):
        video = context.videos.get(video_id)
        if video is None:
            raise NotFoundError("video.not_found", "The video was deleted while it was worked on.")
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


def numbers_of(context: Context, video_id: str, plan: Plan, numbers: Sequence[int]) -> set[int]:
    """Which of a plan's segments are there."""
    return set(segments_of(context, video_id, plan, SegmentType.PROCESSED, numbers))
