"""SQS: single tries. Those of a batch run side by side, so that one receiver that hangs keeps none
of the others waiting."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap_webhooks as bootstrap
from functions.domain.codec import from_plain
from functions.domain.errors import CutroomError
from functions.domain.webhooks.ports import SendTask
from functions.runtime import telemetry
from functions.runtime.event_settings import WebhookSettings
from functions.runtime.settings import load
from functions.services.webhooks.deliveries import WebhookContext
from functions.services.webhooks.send_delivery import Outcome, send_delivery

settings = load(WebhookSettings)


def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    telemetry.begin(context)
    made = bootstrap.webhook_context(settings)
    records = event["Records"]
    with ThreadPoolExecutor(max_workers=max(1, len(records))) as workers:
        outcomes = list(workers.map(lambda record: _send(made, record["body"]), records))
    telemetry.count("WebhooksDelivered", outcomes.count(Outcome.DELIVERED))
    telemetry.count("WebhooksRetried", outcomes.count(Outcome.RETRIED))
    telemetry.count("WebhooksDeadLettered", outcomes.count(Outcome.FAILED))
    telemetry.count("WebhooksDropped", outcomes.count(Outcome.DROPPED))
    telemetry.count("WebhooksHeldBack", outcomes.count(Outcome.WAITED))
    telemetry.flush()
    pairs = zip(records, outcomes, strict=True)
    failed = [record["messageId"] for record, outcome in pairs if outcome is None]
    return {"batchItemFailures": [{"itemIdentifier": identifier} for identifier in failed]}


def _send(made: WebhookContext, text: str) -> Outcome | None:
    try:
        return send_delivery(made, from_plain(SendTask, json.loads(text)))
    except (CutroomError, KeyError, ValueError, TypeError) as error:
        telemetry.logger.exception("delivery failed", extra={"error": type(error).__name__})
        return None
