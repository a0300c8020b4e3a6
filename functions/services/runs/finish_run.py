"""Last stage: choose the poster, count, let the video be seen as ready, and clear up."""

from __future__ import annotations

from dataclasses import replace

from functions.domain.cutting.plan import Plan
from functions.domain.errors import NotFoundError, RunOverError, UnavailableError
from functions.domain.keys import poster_key
from functions.domain.runs.run import Outcome, Run, RunStatus, Stage
from functions.domain.segments.segment import Segment, SegmentType, segment_id_of
from functions.services.cutting.adopt_segments import leave_segments
from functions.services.cutting.redo import record
from functions.services.runs.close_run import close_run
from functions.services.runs.stages import Context, StageWork, read_plan, segments_of, stage


def finish_run(context: Context, *, video_id: str, run_id: str) -> int:
    """Check that every planned segment is there, then close the run; returns their number.

    The run's success is decided by one write, which a cancelling may come before: RunOverError
    then. What earlier cuts alone have asked for goes after that, and before the video is let go.
    """
    run = _run(context, video_id, run_id)
    if run.status is not RunStatus.SUCCEEDED:
        with stage(context, Stage.FINISH, video_id, run_id) as work:
            outcome = _outcome(context, work) if work.run.does(Stage.CUT) else None
        if not context.runs.succeed(run, outcome, context.clock()):
            raise RunOverError
        run = _run(context, video_id, run_id)
    _leave(context, run)
    if run.watched and close_run(context, run):
        context.runs.let_go(run)
    return run.outcome.segment_count if run.outcome else 0


def estimate_errors(run: Run) -> dict[str, float]:
    """What happened in the cut, as a share of what was expected: of `seconds` and of `cost`."""
    expected, took = run.estimate, run.cut_seconds()
    if expected is None or took is None:
        return {}
    cost = run.spent.cost(expected.prices)
    return {"seconds": took / expected.seconds, "cost": cost / expected.cost_usd}


def _run(context: Context, video_id: str, run_id: str) -> Run:
    run = context.runs.get(video_id, run_id)
    if run is None:
        raise NotFoundError("video.not_found", "The video was deleted while it was worked on.")
    return run


def _outcome(context: Context, work: StageWork) -> Outcome:
    """Raises UnavailableError where a segment is not there."""
    plan = read_plan(context, work.run)
    have = segments_of(context, work.run.video_id, plan, SegmentType.PROCESSED)
    if len(have) != len(plan.segments):
        raise UnavailableError("pipeline.incomplete", "Some segments are missing; run again.")
    # The sound that comes next notes it, too, where there is one to be joined.
    context.runs.stage_finished(work.run, Stage.CUT, context.clock(), reused=False)
    return Outcome(segment_count=len(have), poster_id=_poster(context, work, plan))


def _leave(context: Context, run: Run) -> None:
    """Only while the video is held: a later run has a plan of its own."""
    video = context.videos.get(run.video_id)
    held = video is not None and video.holder == run.run_id
    if held and run.outcome and not run.keep_segments:
        leave_segments(context, run, read_plan(context, run))


def _poster(context: Context, work: StageWork, plan: Plan) -> str | None:
    """The thumbnail with the most in it: the largest JPEG is never the black or empty frame."""
    thumbnails = segments_of(context, work.run.video_id, plan, SegmentType.THUMBNAIL)
    if not thumbnails:
        return None
    best = max(thumbnails.values(), key=lambda segment: segment.file_size)
    poster = _poster_of(best, plan)
    context.media.copy(best.s3_key, poster.s3_key)
    record(context, [poster], work.run, Stage.CUT)
    return poster.segment_id


def poster_id_of(video_id: str, plan: Plan) -> str:
    return segment_id_of(video_id, SegmentType.THUMBNAIL, f"poster-{plan.plan_id}")


def _poster_of(best: Segment, plan: Plan) -> Segment:
    return replace(
        best,
        segment_id=poster_id_of(best.video_id, plan),
        segment_number=0,
        s3_key=poster_key(best.user_id, best.video_id, plan.plan_id),
        thumbnail_of=None,
    )
