"""Last stage: choose the poster, count, let the video be seen as ready, and clear up."""

from __future__ import annotations

from dataclasses import replace

from functions.domain.errors import UnavailableError
from functions.domain.keys import poster_key
from functions.domain.plan import Plan
from functions.domain.run import Run, Stage
from functions.domain.segment import Segment, SegmentType, segment_id_of
from functions.domain.video import Video, VideoStatus
from functions.services.adopt_segments import leave_segments
from functions.services.stages import (
    Context,
    change_video,
    numbers_of,
    read_plan,
    segments_of,
    stage,
)


def finish_run(context: Context, *, video_id: str, run_id: str) -> int:
    """Check that every planned segment is there, then close the run; returns their number."""
    with stage(context, Stage.FINISH, video_id, run_id) as work:
        plan = read_plan(context, work.run)
        wanted = range(1, len(plan.segments) + 1)
        have = numbers_of(context, video_id, plan, wanted)
        if len(have) != len(wanted):
            raise UnavailableError("pipeline.incomplete", "Some segments are missing; run again.")
        poster = _poster(context, work.video, plan)
        change_video(context, video_id, lambda video: _ready(context, video, len(wanted), poster))
        if not work.run.keep_segments:
            leave_segments(context, video_id, plan)
    context.runs.succeed(work.run, context.clock())
    return len(wanted)


def estimate_errors(run: Run) -> dict[str, float]:
    """What happened in the cut, as a share of what was expected: of `seconds` and of `cost`."""
    expected, took = run.estimate, run.cut_seconds()
    if expected is None or took is None:
        return {}
    cost = run.spent.cost(expected.prices)
    return {"seconds": took / expected.seconds, "cost": cost / expected.cost_usd}


def _ready(context: Context, video: Video, count: int, poster: str | None) -> Video:
    if video.status is VideoStatus.READY:
        return video
    return video.ready(segment_count=count, poster_id=poster, now=context.clock())


def _poster(context: Context, video: Video, plan: Plan) -> str | None:
    """The thumbnail with the most in it: the largest JPEG is never the black or empty frame."""
    thumbnails = segments_of(context, video.video_id, plan, SegmentType.THUMBNAIL)
    if not thumbnails:
        return None
    best = max(thumbnails.values(), key=lambda segment: segment.file_size)
    poster = _poster_of(best, plan)
    context.media.copy(best.s3_key, poster.s3_key)
    context.segments.add([poster])
    return poster.segment_id


def _poster_of(best: Segment, plan: Plan) -> Segment:
    return replace(
        best,
        segment_id=segment_id_of(best.video_id, SegmentType.THUMBNAIL, f"poster-{plan.plan_id}"),
        segment_number=0,
        s3_key=poster_key(best.user_id, best.video_id, plan.plan_id),
        thumbnail_of=None,
    )
