"""The WebSocket's routes: $connect, $disconnect, and all that is said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap_events
from functions.domain.errors import CutroomError
from functions.domain.tiers import Tier
from functions.runtime import telemetry
from functions.runtime.event_settings import SocketSettings
from functions.runtime.settings import load
from functions.services.events.follow_socket import connect, hear

settings = load(SocketSettings)
PROTOCOL: Final = "cutroom.v1"
"""The subprotocol that is spoken; what else is offered is who the client is."""


def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    asked = event["requestContext"]
    connection_id, who = asked["connectionId"], asked["authorizer"]
    telemetry.begin(context, connection_id=connection_id)
    of = bootstrap_events.pushing(settings)
    try:
        if asked["eventType"] == "CONNECT":
            connect(of, who["user_id"], connection_id, Tier(who["tier"]), settings.event_limits)
        elif asked["eventType"] == "DISCONNECT":
            of.connections.remove(who["user_id"], connection_id)
        else:
            hear(of, who["user_id"], connection_id, event.get("body") or "")
    except CutroomError as error:
        telemetry.logger.warning("connection refused", extra={"code": error.code})
        return {"statusCode": error.status}
    finally:
        telemetry.flush()
    return {"statusCode": 200, "headers": _spoken(event)}


def _spoken(event: Mapping[str, Any]) -> dict[str, str]:
    """A browser takes no other subprotocol than one that it has offered."""
    headers = {name.lower(): text for name, text in (event.get("headers") or {}).items()}
    offered = [one.strip() for one in headers.get("sec-websocket-protocol", "").split(",")]
    return {"Sec-WebSocket-Protocol": PROTOCOL} if PROTOCOL in offered else {}
