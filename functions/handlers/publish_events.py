"""Follows the log of events, and hands each on to the bus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap_events
from functions.adapters.dynamo.event_log import events_of_stream
from functions.runtime import telemetry
from functions.runtime.event_settings import PublishSettings
from functions.runtime.settings import load
from functions.services.events.publish_events import publish_events

settings = load(PublishSettings)


def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Fails as a whole: receivers know an event that comes again by its id."""
    telemetry.begin(context)
    events = events_of_stream(event["Records"])
    try:
        publish_events(bootstrap_events.event_bus(settings.event_bus), events)
        telemetry.count("EventsPublished", len(events))
    except Exception:
        telemetry.logger.exception("events not published", extra={"of": len(events)})
        raise
    finally:
        telemetry.flush()
    return {}
