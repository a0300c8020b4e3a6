"""Task of the sync: plans what a user has asked to be looked at. Safe to repeat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap_social
from functions.runtime.settings import load
from functions.runtime.social_settings import PlanAskedSettings
from functions.runtime.step import step
from functions.services.posts.ask_for_sync import plan_demand

settings = load(PlanAskedSettings)


@step("plan_asked_sync")
def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """{user_id, sync_id} -> {key} of the list of batches; {} where there is none."""
    sync_id = str(event["sync_id"])
    plan = plan_demand(str(event["user_id"]), sync_id, bootstrap_social.demand_work(settings))
    if plan is None:
        return {}
    _, key = bootstrap_social.sync_lists(settings.media_bucket).write(plan, sync_id)
    return {"key": key}
