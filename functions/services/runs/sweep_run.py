"""Files that a cancelled run has stored, but not recorded any more: its workers were stopped in
between, and nothing names them."""

from __future__ import annotations

from functions.domain.cutting.plan import Plan
from functions.domain.keys import is_piece_of_run, plan_key, plan_prefix, work_prefix
from functions.domain.runs.run import Run
from functions.domain.video import Video
from functions.services.cutting.adopt_segments import MADE
from functions.services.cutting.join_audio import audio_id_of
from functions.services.runs.finish_run import poster_id_of
from functions.services.runs.stages import Context, read_plan, segments_of


def sweep_run(context: Context, run: Run) -> int:
    """Remove them, once the run's workers have all noticed; returns how many there were.

    Nothing is touched while another run holds the video, which may come to record such a file. What
    was stored is listed before that is looked at, and just what was listed goes: where the bucket
    keeps versions, what is stored meanwhile is safe, whoever stores it.
    """
    video = context.videos.get(run.video_id)
    if video is None:
        return 0
    pieces = context.media.stored(work_prefix(video.user_id, video.video_id))
    listed = [one for one in pieces if is_piece_of_run(one.key)]
    keep = set[str]()
    if run.plan_key is not None:
        plan = read_plan(context, run)
        listed += context.media.stored(plan_prefix(video.user_id, video.video_id, plan.plan_id))
        keep = _recorded(context, video, plan)
    now_at = context.videos.get(run.video_id)
    if now_at is None or now_at.holder is not None:
        return 0
    gone = [one for one in listed if one.key not in keep]
    context.media.remove(gone)
    return len(gone)


def _recorded(context: Context, video: Video, plan: Plan) -> set[str]:
    """Keys that rows name, read by their ids: an index may lag behind the table."""
    named = {
        row.s3_key
        for kind in MADE
        for row in segments_of(context, video.video_id, plan, kind).values()
    }
    beside = [audio_id_of(video.video_id), poster_id_of(video.video_id, plan)]
    named |= {row.s3_key for row in context.segments.get_many(beside)}
    return named | {plan_key(video.user_id, video.video_id, plan.plan_id)}
