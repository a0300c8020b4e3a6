"""Third stage: turn the user's options and what is known of the video into a plan."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace

from functions.domain.analyses.boundaries import Boundaries
from functions.domain.codec import from_plain, to_plain
from functions.domain.cutting.budget import Budget, estimate, shared_out
from functions.domain.cutting.modes import NO_BOUNDARIES, Known
from functions.domain.cutting.plan import Plan
from functions.domain.cutting.planning import make_plan
from functions.domain.cutting.spans import Span
from functions.domain.ids import fingerprint
from functions.domain.keys import plan_key
from functions.domain.media.ports import Prober
from functions.domain.media.probe import Probe
from functions.domain.media.proxy import plan_proxy
from functions.domain.media.source import Source
from functions.domain.runs.run import Stage
from functions.domain.times import Milliseconds
from functions.domain.video import Video
from functions.services.cutting.adopt_segments import adopt_segments
from functions.services.cutting.make_proxy import proxy_wanted
from functions.services.runs.progress import lengths
from functions.services.runs.stages import (
    Context,
    StageWork,
    change_video,
    load,
    numbers_of,
    read_probe,
    stage,
)

PIECE_BYTES = 256 * 1024 * 1024
# Raised with every change of what the same options make.
_RULES = 1
ReadBoundaries = Callable[[Video], Boundaries]
ReadMoments = Callable[[Video], tuple[Span, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanBounds:
    """How a plan is shared out."""

    segments_per_window: int
    budget: Budget | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ToCut:
    """Indexes of windows, and of those that are joined after; none where all is there."""

    windows: tuple[int, ...] = ()
    joins: tuple[int, ...] = ()


def plan_segments(
    context: Context,
    prober: Prober,
    bounds: PlanBounds,
    *,
    video_id: str,
    run_id: str,
    read_boundaries: ReadBoundaries = lambda _: NO_BOUNDARIES,
    read_moments: ReadMoments = lambda _: (),
) -> Plan:
    """Compute and store the plan; the same probe, options and bounds give the same plan, which is
    not made again where it is there.

    What is there already, of whichever plan, is taken over. Raises MediaError where the budget
    cannot hold a segment.
    """
    with stage(context, Stage.PLAN, video_id, run_id) as work:
        moments = read_moments(work.video) if work.video.segmentation.mode.follows_moments else ()
        basis = _basis(work.video, moments, bounds)
        plan = _known(context, work, basis)
        work.reused = plan is not None
        if plan is None:
            plan = _make(context, prober, work, bounds, read_boundaries, moments)
        key = plan_key(work.video.user_id, video_id, plan.plan_id)
        if not work.reused:
            context.media.write_json(key, to_plain(plan))
            _keep(context, work, key, basis)
        adopt_segments(context, work.run, plan)
        context.runs.planned(work.run, key, lengths(plan.segments))
        if bounds.budget is not None:
            context.runs.estimated(work.run, estimate(plan, work.source.size, bounds.budget))
        return plan


def left_to_cut(context: Context, plan: Plan, *, video_id: str, run_id: str) -> ToCut:
    """What of a plan is to be cut: nothing where all is there, or the run is not to cut."""
    work = load(context, video_id, run_id)
    if not work.run.does(Stage.CUT):
        return ToCut()
    whole = len(numbers_of(context, work.run, plan)) == len(plan.segments)
    if whole and not proxy_wanted(work):
        now = context.clock()
        context.runs.stage_started(work.run, Stage.CUT, now, counted=False)
        context.runs.stage_finished(work.run, Stage.CUT, now, reused=True)
        return ToCut()
    return ToCut(
        windows=tuple(window.index for window in plan.all_windows()),
        joins=tuple(window.index for window in plan.all_joins()),
    )


def piece_of(probe: Probe, source: Source) -> Milliseconds:
    """How long a piece may be that is read and thrown away, by the source's mean rate."""
    return max(1_000, probe.media.duration * PIECE_BYTES // max(source.size, 1))


def _make(
    context: Context,
    prober: Prober,
    work: StageWork,
    bounds: PlanBounds,
    read_boundaries: ReadBoundaries,
    moments: tuple[Span, ...],
) -> Plan:
    probe, options = read_probe(context, work.video), work.video.segmentation
    known = Known(
        duration=probe.media.duration,
        weigh=lambda: prober.weigh(work.source, probe),
        moments=moments,
    )
    if options.mode.follows_boundaries:
        known = replace(known, boundaries=read_boundaries(work.video))
    plan = make_plan(
        probe,
        options,
        find_keyframes=lambda times: prober.keyframes_after(work.source, times),
        segments_per_window=bounds.segments_per_window,
        known=known,
        piece=piece_of(probe, work.source),
    )
    if bounds.budget is not None:
        plan = shared_out(plan, work.source.size, bounds.budget)
    if proxy_wanted(work):
        proxy = plan_proxy(probe, work.source.size, bounds.budget)
        plan = plan.with_proxy(proxy) if proxy else plan
    return plan


def _basis(video: Video, moments: tuple[Span, ...], bounds: PlanBounds) -> str:
    """What a plan follows from: options, source, what was seen or found where they follow that, and
    how it is shared out."""
    budget = bounds.budget
    seen = video.analysis_key if video.segmentation.mode.follows_boundaries else None
    shares = (budget.memory_mb, budget.seconds, budget.width, budget.disk) if budget else None
    options = json.dumps(to_plain([video.segmentation, *moments]), sort_keys=True)
    etag = video.source.etag if video.source else None
    return fingerprint(_RULES, options, etag, seen, bounds.segments_per_window, shares)


def _known(context: Context, work: StageWork, basis: str) -> Plan | None:
    """The video's latest plan, if it is what would be made now."""
    video = work.video
    if work.run.redoes(Stage.PLAN) or video.plan_key is None or video.plan_basis != basis:
        return None
    if context.media.find(video.plan_key) is None:
        return None
    plan = from_plain(Plan, context.media.read_json(video.plan_key))
    return None if proxy_wanted(work) and plan.proxy is None else plan


def _keep(context: Context, work: StageWork, key: str, basis: str) -> None:
    """The video names its latest plan, which the next run need not make again."""
    now = context.clock()
    change_video(
        context, work.video.video_id, lambda video: video.planned(key, basis, now), by=work.run
    )
