"""Task of the sync: one batch of posts of one account. Safe to repeat."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap_social
from functions.domain.platforms.demands import COUNTS
from functions.domain.posts.post import Platform
from functions.domain.times import from_iso
from functions.runtime import telemetry
from functions.runtime.settings import load
from functions.runtime.social_settings import SyncSettings
from functions.runtime.step import step
from functions.services.posts.sync_posts import sync_posts

settings = load(SyncSettings)


@step("social_sync")
def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    platform = Platform(event["platform"])
    outcome = sync_posts(
        bootstrap_social.sync_tools(settings),
        str(event["user_id"]),
        platform,
        [(str(segment), platform, str(post)) for segment, post in json.loads(event["posts"])],
        from_iso(str(event["planned_at"])),
    )
    if event["sync_id"]:
        counts = {name: int(getattr(outcome, name)) for name in COUNTS}
        demands = bootstrap_social.demands(settings.syncs_table)
        demands.tell(str(event["user_id"]), str(event["sync_id"]), str(event["batch"]), counts)
    telemetry.count("SocialCalls", outcome.calls, platform=platform.value)
    telemetry.count("SocialPostsRead", outcome.read, platform=platform.value)
    if outcome.calls:
        each = outcome.seconds / outcome.calls * 1_000
        telemetry.count("SocialCallTime", each, MetricUnit.Milliseconds, platform=platform.value)
    if outcome.quota_used is not None:
        # As the platform tells it of this account.
        used = 100 * outcome.quota_used
        telemetry.count("SocialQuotaUsed", used, MetricUnit.Percent, platform=platform.value)
    telemetry.count("SocialAppRefused", float(outcome.of_our_app), platform=platform.value)
    failures = outcome.error is not None and outcome.error.startswith("social.")
    telemetry.count("SocialFailures", float(failures), platform=platform.value)
    if outcome.error is not None:
        telemetry.count("SocialErrors", platform=platform.value, error=outcome.error)
    return {"read": outcome.read, "error": outcome.error}
