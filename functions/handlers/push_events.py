"""Follows the log of events, and tells those who are connected."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap_events
from functions.adapters.dynamo.event_log import events_of_stream
from functions.runtime import telemetry
from functions.runtime.event_settings import PushSettings
from functions.runtime.settings import load
from functions.services.events.push_events import push_events

settings = load(PushSettings)


def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Safe to repeat: what a connection was told is noted with it."""
    telemetry.begin(context)
    events = events_of_stream(event["Records"])
    try:
        told = push_events(bootstrap_events.pushing(settings), events)
        if told:
            telemetry.count("ConnectionsTold", told)
    except Exception:
        telemetry.logger.exception("events not pushed", extra={"of": len(events)})
        raise
    finally:
        telemetry.flush()
    return {}
