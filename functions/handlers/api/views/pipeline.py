"""Runs of the pipeline."""

from __future__ import annotations

from collections.abc import Mapping

from functions.domain.cutting.budget import Estimate
from functions.domain.runs.run import Run, RunStatus, Stage
from functions.handlers.api.models import pipeline as models
from functions.handlers.api.views.common import failure
from functions.handlers.api.views.videos import status_url

_ENDED: Mapping[RunStatus, models.StageStatus] = {
    RunStatus.FAILED: "failed",
    RunStatus.CANCELLED: "cancelled",
}


def run(item: Run) -> models.RunAnswer:
    return models.RunAnswer(
        video_id=item.video_id,
        run_id=item.run_id,
        number=item.number,
        status=item.status,
        stage=item.stage(),
        percent=item.percent(),
        created_at=item.created_at,
        finished_at=item.finished_at,
        options=_options(item),
        stages=[_stage(item, stage) for stage in Stage],
        estimate=_estimate(item.estimate),
        spent=_spent(item),
        error=failure(item.error),
    )


def accepted(item: Run) -> models.RunAccepted:
    return models.RunAccepted(
        video_id=item.video_id,
        run_id=item.run_id,
        status=item.status,
        status_url=status_url(item.video_id),
    )


def _options(item: Run) -> models.RunOptionsAnswer | None:
    asked = item.options
    if asked is None:
        return None
    return models.RunOptionsAnswer(
        mode=asked.mode,
        cut=asked.cut,
        extras=list(asked.extras),
        stages=None if asked.stages is None else list(asked.stages),
        from_stage=asked.from_stage,
        keep_segments=item.keep_segments,
    )


def _estimate(made: Estimate | None) -> models.EstimateAnswer | None:
    if made is None:
        return None
    return models.EstimateAnswer(
        shape=made.shape.value,
        seconds=made.seconds,
        cost_usd=made.cost_usd,
        functions=made.functions,
        at_once=made.width,
    )


def _spent(item: Run) -> models.SpentAnswer | None:
    if item.estimate is None:
        return None
    spent = item.spent
    return models.SpentAnswer(
        seconds=item.cut_seconds(),
        cost_usd=round(spent.cost(item.estimate.prices), 6),
        calls=spent.calls,
        billed_seconds=spent.milliseconds / 1000,
        gb_seconds=round(spent.mb_milliseconds / 1_024_000, 3),
    )


def _stage(item: Run, stage: Stage) -> models.StageAnswer:
    times = item.times(stage)
    begun, ended = times.started_at, times.finished_at
    return models.StageAnswer(
        name=stage,
        status=_stage_status(item, stage),
        started_at=begun,
        finished_at=ended,
        duration=round((ended - begun).total_seconds(), 3) if begun and ended else None,
        attempts=times.attempts or None,
        errors=times.errors,
        last_error=times.last_error,
    )


def _stage_status(item: Run, stage: Stage) -> models.StageStatus:
    times = item.times(stage)
    if not item.does(stage):
        return "skipped"
    if times.finished_at:
        return "failed" if times.given_up else "reused" if times.reused else "done"
    if times.started_at is None:
        return "pending"
    return _ENDED.get(item.status, "running")
