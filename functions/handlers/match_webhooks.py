"""SQS: events off the bus, each put on its way to the subscriptions that want it; and replays.

A message that fails comes back alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap_webhooks as bootstrap
from functions.domain.codec import from_plain
from functions.domain.errors import CutroomError
from functions.domain.events.body import from_json
from functions.domain.webhooks.ports import ReplayTask
from functions.runtime import telemetry
from functions.runtime.event_settings import WebhookSettings
from functions.runtime.settings import load
from functions.services.webhooks.deliveries import announce
from functions.services.webhooks.replay_events import replay_step

settings = load(WebhookSettings)


def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    telemetry.begin(context)
    failed = [record["messageId"] for record in event["Records"] if not _match(record["body"])]
    telemetry.flush()
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in failed]}


def _match(text: str) -> bool:
    made = bootstrap.webhook_context(settings)
    try:
        body = json.loads(text)
        if "replay" in body:
            count = replay_step(made, from_plain(ReplayTask, body["replay"]))
        else:
            count = announce(made, from_json(body["detail"]))
    except (CutroomError, KeyError, ValueError, TypeError, AttributeError) as error:
        telemetry.logger.exception("event not matched", extra={"error": type(error).__name__})
        return False
    telemetry.count("WebhooksMatched", count)
    return True
