"""POST /api/events/tickets; what they open is `GET /api/events` and the WebSocket."""

from __future__ import annotations

import secrets
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from functions import bootstrap_events
from functions.domain.events.connection import TicketUse
from functions.domain.times import utc_now
from functions.handlers.api.models.events import CreateTicket, TicketAnswer
from functions.handlers.api.request import answer, caller, new_router, settings
from functions.services.events.tickets import give_ticket

router = new_router()
TAGS = ["events"]


@router.post(
    "/api/events/tickets",
    tags=TAGS,
    operation_id="createEventTicket",
    status_code=201,
    summary="A ticket for an EventSource or a WebSocket, which can send no header",
    description=(
        "An EventSource brings it as `GET /api/events?ticket=…`, and comes again with the same "
        "address for as long as it is good; a WebSocket as a subprotocol, `ticket.…`, beside "
        "`cutroom.v1`. What is told there is described by the schemas `Event.…`."
    ),
)
def create_ticket(body: CreateTicket) -> Response[TicketAnswer]:
    who = caller(router)
    last = bootstrap_events.event_log(settings.events_table).last(who.user_id)
    given = give_ticket(
        who,
        TicketUse(body.use),
        connections=bootstrap_events.connections(settings.connections_table),
        limits=settings.event_limits,
        secret=lambda: secrets.token_urlsafe(32),
        now=utc_now(),
    )
    told = TicketAnswer(ticket=given.text, use=body.use, expires_at=given.expires_at, sequence=last)
    return answer(told, HTTPStatus.CREATED)
