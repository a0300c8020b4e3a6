"""An operator: a user has left, and nothing of theirs is to be kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.bootstrap_leaving import leaving_work
from functions.runtime import telemetry
from functions.runtime.deletion_settings import ForgetUserSettings
from functions.runtime.settings import load
from functions.services.deletions.forget_user import forget_user

settings = load(ForgetUserSettings)


def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """{user_id} -> {accounts, webhooks, videos, rows, objects, stuck, finished}. Called again until
    it is `finished`."""
    telemetry.begin(context, stage="forget_user")

    def out_of_time() -> bool:
        return context.get_remaining_time_in_millis() < settings.handover_s * 1000

    told = asdict(forget_user(event.get("user_id"), leaving_work(settings, out_of_time)))
    telemetry.logger.info("user being forgotten", extra={"told": told})
    telemetry.flush()
    return told
