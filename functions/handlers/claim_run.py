"""Task: claim the run."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap
from functions.runtime.run_settings import ClaimSettings
from functions.runtime.settings import load
from functions.runtime.step import Event, step
from functions.services.runs.claim_run import claim_run

settings = load(ClaimSettings)


@step("claim", bootstrap.spending(settings))
def lambda_handler(event: Event, _: LambdaContext) -> dict[str, Any]:
    """{video_id, run_id} -> {tier}"""
    tier = claim_run(
        bootstrap.context(settings),
        bootstrap.user_directory(settings.user_pool_id),
        settings.tier_limits,
        video_id=event["video_id"],
        run_id=event["run_id"],
    )
    return {"tier": tier.value}
