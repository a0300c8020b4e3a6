"""Task: plan the cut of a range."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap, bootstrap_media
from functions.domain.codec import to_plain
from functions.runtime.run_settings import PlanRangeSettings
from functions.runtime.settings import load
from functions.runtime.step import Event, step
from functions.services.cutting.plan_range import MIB, plan_range

settings = load(PlanRangeSettings)


@step("plan_range")
def lambda_handler(event: Event, _: LambdaContext) -> dict[str, Any]:
    """{segment_id} -> {plan_key, target_key}"""
    keys = plan_range(
        bootstrap.context(settings),
        bootstrap_media.prober(settings.media_bucket),
        segment_id=event["segment_id"],
        limit=settings.range_limit_mb * MIB,
    )
    return dict(to_plain(keys))
