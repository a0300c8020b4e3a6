"""Follows the stream of the accounts' table: connected posts are looked at, disconnected ones are
forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap_social
from functions.domain.platforms.accounts import AccountStatus
from functions.domain.posts.post import Platform
from functions.runtime import telemetry
from functions.runtime.settings import load
from functions.runtime.social_settings import FollowAccountsSettings
from functions.services.posts.follow_account import forget_account, resume

settings = load(FollowAccountsSettings)
# By these a new consent can be told from a renewal of tokens.
_OF_A_CONSENT = ("connected_at", "status")


def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Stops at the first record that fails: a stream is read on from there."""
    telemetry.begin(context)
    for record in event["Records"]:
        try:
            _follow(record["dynamodb"])
        except Exception:
            telemetry.logger.exception("account not followed")
            telemetry.flush()
            raise
    telemetry.flush()
    return {}


def _follow(change: Mapping[str, Any]) -> None:
    user_id, platform = change["Keys"]["user_id"]["S"], Platform(change["Keys"]["platform"]["S"])
    old, new = change.get("OldImage", {}), change.get("NewImage", {})
    work = bootstrap_social.account_work(settings)
    if not new:
        told = forget_account(user_id, platform, work)
        telemetry.logger.info("account forgotten", extra={"platform": platform, "posts": told})
    elif new["status"]["S"] == AccountStatus.CONNECTED and _consented(old, new):
        told = resume(user_id, platform, work)
        telemetry.logger.info("account followed", extra={"platform": platform, "posts": told})


def _consented(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    return any(old.get(name) != new.get(name) for name in _OF_A_CONSENT)
