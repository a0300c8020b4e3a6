"""Task: plan the cut."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap, bootstrap_media, bootstrap_moments
from functions.domain.cutting.budget import Budget, Prices, width_of
from functions.runtime import telemetry
from functions.runtime.run_settings import PlanSettings
from functions.runtime.settings import load
from functions.runtime.step import Event, step
from functions.services.analyses.left import read_boundaries
from functions.services.cutting.plan_segments import (
    PlanBounds,
    left_to_cut,
    plan_segments,
)
from functions.services.moments.moments_to_cut import moments_to_cut

settings = load(PlanSettings)


@step("plan", bootstrap.spending(settings))
def lambda_handler(event: Event, _: LambdaContext) -> dict[str, Any]:
    """{video_id, run_id} -> {windows: [0, 1, …], joins: […], at_once}: indexes only, the plan is
    in the bucket; `at_once` functions may run side by side. No windows where all is there."""
    budget = _budget()
    context = bootstrap.context(settings)
    moments = bootstrap_moments.moment_store(settings.moments_table)
    ids = {"video_id": str(event["video_id"]), "run_id": str(event["run_id"])}
    plan = plan_segments(
        context,
        bootstrap_media.prober(settings.media_bucket),
        PlanBounds(segments_per_window=settings.segments_per_window, budget=budget),
        read_boundaries=lambda video: read_boundaries(context, video),
        read_moments=lambda video: moments_to_cut(moments, video),
        **ids,
    )
    left = left_to_cut(context, plan, **ids)
    if left.windows:
        telemetry.count("SegmentsPlanned", len(plan.segments))
    return {
        "windows": list(left.windows),
        "joins": list(left.joins),
        "at_once": budget.width,
    }


def _budget() -> Budget:
    """Of what the account may run at once a run takes a share, whatever the stage allows."""
    limit = bootstrap.account().concurrency()
    width = width_of(limit, settings.account_percent, settings.windows_at_once)
    return Budget(
        memory_mb=settings.cut_memory_mb,
        seconds=settings.cut_seconds,
        width=width,
        disk=settings.join_disk_mb * 1024 * 1024,
        prices=Prices(
            gb_second=settings.gb_second_usd,
            request=settings.request_usd,
            transition=settings.transition_usd,
        ),
    )
