"""Third stage: turn the user's options and what is known of the video into a plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from functions.domain.boundaries import Boundaries
from functions.domain.budget import Budget, estimate, shared_out
from functions.domain.codec import to_plain
from functions.domain.keys import plan_key
from functions.domain.media import Probe
from functions.domain.media_ports import Prober
from functions.domain.modes import NO_BOUNDARIES, Known
from functions.domain.plan import Plan
from functions.domain.planning import make_plan
from functions.domain.proxy import plan_proxy
from functions.domain.run import Stage
from functions.domain.spans import Span
from functions.domain.times import Milliseconds
from functions.domain.video import Source, Video
from functions.services.adopt_segments import adopt_segments
from functions.services.make_proxy import proxy_wanted
from functions.services.progress import lengths
from functions.services.stages import Context, read_probe, stage

PIECE_BYTES = 256 * 1024 * 1024


def plan_segments(
    context: Context,
    prober: Prober,
    *,
    video_id: str,
    run_id: str,
    segments_per_window: int,
    read_boundaries: Callable[[Video], Boundaries] = lambda _: NO_BOUNDARIES,
    read_moments: Callable[[Video], tuple[Span, ...]] = lambda _: (),
    budget: Budget | None = None,
) -> Plan:
    """Compute and store the plan; the same probe, options and budget give the same plan.

    What is there already, of whichever plan, is taken over. Raises MediaError where the budget
    cannot hold a segment.
    """
    with stage(context, Stage.PLAN, video_id, run_id) as work:
        probe, options = read_probe(context, work.video), work.video.segmentation
        known = Known(duration=probe.media.duration, weigh=lambda: prober.weigh(work.source, probe))
        if options.mode.follows_boundaries:
            known = replace(known, boundaries=read_boundaries(work.video))
        if options.mode.follows_moments:
            known = replace(known, moments=read_moments(work.video))
        plan = make_plan(
            probe,
            options,
            find_keyframes=lambda times: prober.keyframes_after(work.source, times),
            segments_per_window=segments_per_window,
            known=known,
            piece=piece_of(probe, work.source),
        )
        if budget is not None:
            plan = shared_out(plan, work.source.size, budget)
        if proxy_wanted(work.video):
            proxy = plan_proxy(probe, work.source.size, budget)
            plan = plan.with_proxy(proxy) if proxy else plan
        key = plan_key(work.video.user_id, video_id, plan.plan_id)
        context.media.write_json(key, to_plain(plan))
        adopt_segments(context, video_id, plan)
        context.runs.planned(work.run, key, lengths(plan.segments))
        if budget is not None:
            context.runs.estimated(work.run, estimate(plan, work.source.size, budget))
        return plan


def piece_of(probe: Probe, source: Source) -> Milliseconds:
    """How long a piece may be that is read and thrown away, by the source's mean rate."""
    return max(1_000, probe.media.duration * PIECE_BYTES // max(source.size, 1))
