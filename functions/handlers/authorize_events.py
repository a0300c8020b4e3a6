"""Who may follow events: by a token of the user pool, or by a ticket where no header can be sent.

A WebSocket brings either among its subprotocols, or a ticket in its address, as an EventSource
does: addresses are in no log of ours, and a ticket opens nothing but this user's events, once or
for an hour.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions import bootstrap_events
from functions.adapters.user_tokens import InvalidTokenError
from functions.domain.events.connection import TicketUse
from functions.domain.tiers import tier_of
from functions.domain.times import utc_now
from functions.runtime import telemetry
from functions.runtime.event_settings import AuthorizeSettings
from functions.runtime.settings import load
from functions.services.events.tickets import admit_ticket

settings = load(AuthorizeSettings)
_BEARER: Final = "bearer."
_TICKET: Final = "ticket."
Who = dict[str, str]


def lambda_handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """An answer in the form that the kind of API asks for."""
    telemetry.begin(context)
    headers = {name.lower(): text for name, text in (event.get("headers") or {}).items()}
    query: Mapping[str, str] = event.get("queryStringParameters") or {}
    if event.get("methodArn"):
        return _policy(event["methodArn"], _of_socket(headers, query))
    who = _of_request(headers, query)
    return {"isAuthorized": who is not None, "context": who or {}}


def _of_socket(headers: Mapping[str, str], query: Mapping[str, str]) -> Who | None:
    offered = [one.strip() for one in headers.get("sec-websocket-protocol", "").split(",")]
    for one in offered:
        if one.startswith(_BEARER):
            return _by_token(one.removeprefix(_BEARER))
        if one.startswith(_TICKET):
            return _by_ticket(one.removeprefix(_TICKET), TicketUse.WEBSOCKET)
    ticket = query.get("ticket")
    return _by_ticket(ticket, TicketUse.WEBSOCKET) if ticket else None


def _of_request(headers: Mapping[str, str], query: Mapping[str, str]) -> Who | None:
    """A header counts before a ticket."""
    kind, _, token = headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return _by_token(token.strip())
    ticket = query.get("ticket")
    return _by_ticket(ticket, TicketUse.EVENT_SOURCE) if ticket else None


def _by_token(token: str) -> Who | None:
    pool = bootstrap_events.user_tokens(settings.user_pool_id, settings.user_pool_client_id)
    try:
        claims = pool.claims(token, utc_now())
    except InvalidTokenError as error:
        telemetry.logger.info("token refused", extra={"why": str(error)})
        return None
    groups = claims.get("cognito:groups", [])
    named = groups if isinstance(groups, list) else re.findall(r"[\w-]+", str(groups))
    return {"user_id": str(claims["sub"]), "tier": tier_of(map(str, named)).value}


def _by_ticket(text: str, use: TicketUse) -> Who | None:
    store = bootstrap_events.connections(settings.connections_table)
    ticket = admit_ticket(text, use, connections=store, now=utc_now())
    return {"user_id": ticket.user_id, "tier": ticket.tier} if ticket else None


def _policy(arn: str, who: Who | None) -> dict[str, Any]:
    """Refused is as good as unknown."""
    statement = {
        "Action": "execute-api:Invoke",
        "Effect": "Allow" if who else "Deny",
        "Resource": arn,
    }
    return {
        "principalId": who["user_id"] if who else "nobody",
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": who or {},
    }
