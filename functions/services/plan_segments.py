"""Third stage: turn the user's options and the probe into a plan."""

from __future__ import annotations

from functions.domain.codec import to_plain
from functions.domain.keys import plan_key
from functions.domain.plan import Plan
from functions.domain.planning import make_plan
from functions.domain.ports import Prober
from functions.domain.run import Stage
from functions.services.stages import Context, read_probe, stage


def plan_segments(
    context: Context, prober: Prober, *, video_id: str, run_id: str, segments_per_window: int
) -> Plan:
    """Compute and store the plan; the same probe and options give the same plan."""
    with stage(context, Stage.PLAN, video_id, run_id) as work:
        plan = make_plan(
            read_probe(context, work.video),
            work.video.segmentation,
            find_keyframes=lambda times: prober.keyframes_after(work.source, times),
            segments_per_window=segments_per_window,
        )
        key = plan_key(work.video.user_id, video_id, plan.plan_id)
        context.media.write_json(key, to_plain(plan))
        context.runs.planned(work.run, key, plan.duration)
        return plan
