"""Tick of the schedule: plans which posts are looked at now, and starts the looking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap_social
from functions.domain.posts.post import Platform
from functions.runtime import telemetry
from functions.runtime.clock import clock_at
from functions.runtime.settings import load
from functions.runtime.social_settings import PlanSyncSettings
from functions.services.posts.plan_sync import plan_sync

settings = load(PlanSyncSettings)
clock = clock_at(settings.social_clock)


def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """A tick that is killed half-way leaves posts planned, which are due again after a while."""
    del event
    telemetry.begin(context)
    now = clock()
    budgets = bootstrap_social.budgets(settings.budgets_table)
    posts = bootstrap_social.sync_posts(settings.social_posts_table)
    plan = plan_sync(posts, budgets, limit=settings.sync_limit, now=now)
    for platform in Platform:
        age = (now - plan.oldest.get(platform, now)).total_seconds()
        telemetry.count("SocialOldestDue", age, MetricUnit.Seconds, platform=platform.value)
        used = 100 * budgets.used(platform, now)
        telemetry.count("SocialQuotaUsed", used, MetricUnit.Percent, platform=platform.value)
    if plan.batches:
        runs = bootstrap_social.sync_runs(settings.sync_machine_arn, settings.media_bucket)
        runs.start(plan)
    chosen = sum(len(batch.posts) for batch in plan.batches)
    told = {"batches": len(plan.batches), "posts": chosen, "postponed": plan.postponed}
    telemetry.logger.info("sync planned", extra=told)
    telemetry.flush()
    return told
