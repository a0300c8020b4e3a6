"""Tickets: what opens a WebSocket or an EventSource, neither of which can send a header."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from functions.domain.errors import CutroomError
from functions.domain.events.connection import (
    TICKET_LIFE,
    Ticket,
    TicketUse,
    digest_of,
    split_ticket,
    ticket_text,
)
from functions.domain.events.ports import Connections
from functions.domain.tiers import RatesByTier
from functions.services.ownership import Caller


class TooManyError(CutroomError):
    """Above what a tier may have at once; that passes."""

    status = 429
    retryable = True


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenTicket:
    """What its user is shown, once."""

    text: str
    use: TicketUse
    expires_at: datetime


def give_ticket(
    caller: Caller,
    use: TicketUse,
    *,
    connections: Connections,
    limits: RatesByTier,
    secret: Callable[[], str],
    now: datetime,
) -> GivenTicket:
    """Raises TooManyError where the user has as many open as their tier may have."""
    most = limits[caller.tier]
    if len(connections.tickets(caller.user_id, now)) >= most:
        raise TooManyError(
            "events.too_many_tickets",
            f"Your tier has {most} open tickets at most. Use one that you have: for an EventSource "
            "it is good for an hour; for a WebSocket wait a minute, and it expires.",
        )
    made = secret()
    ticket = Ticket(
        user_id=caller.user_id,
        digest=digest_of(made),
        use=use,
        tier=caller.tier.value,
        expires_at=now + TICKET_LIFE[use],
    )
    connections.add_ticket(ticket)
    text = ticket_text(caller.user_id, made)
    return GivenTicket(text=text, use=use, expires_at=ticket.expires_at)


def admit_ticket(
    text: str, use: TicketUse, *, connections: Connections, now: datetime
) -> Ticket | None:
    """The ticket if it is good for this use; one for a WebSocket is gone after that."""
    named = split_ticket(text)
    ticket = connections.ticket(*named, now) if named else None
    if ticket is None or ticket.use is not use:
        return None
    if use is TicketUse.WEBSOCKET and not connections.take_ticket(ticket):
        return None
    return ticket
