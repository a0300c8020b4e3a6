"""Schedule: deliveries whose next try has come are put into the queue."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap_webhooks as bootstrap
from functions.runtime import telemetry
from functions.runtime.event_settings import WebhookSettings
from functions.runtime.settings import load
from functions.services.webhooks.retry_deliveries import retry_deliveries

settings = load(WebhookSettings)
_HANDOVER_MS: Final = 10_000


def lambda_handler(_: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """-> {due}: how many there were"""
    telemetry.begin(context)
    made = bootstrap.webhook_context(settings)
    due = retry_deliveries(made, lambda: context.get_remaining_time_in_millis() < _HANDOVER_MS)
    telemetry.count("WebhooksDue", due)
    telemetry.flush()
    return {"due": due}
