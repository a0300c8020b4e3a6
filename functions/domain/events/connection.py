"""Who follows events: a WebSocket connection, what it wants, and the tickets by which to come."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from functions.domain.events.event import Event

CONNECTED_FOR: Final = timedelta(hours=2, minutes=5)
"""API Gateway ends a connection after two hours."""


class TicketUse(StrEnum):
    """What a ticket opens. One for a WebSocket is taken by its first use; one for an EventSource,
    which comes again with the same address, is good until it expires."""

    WEBSOCKET = "websocket"
    EVENT_SOURCE = "event_source"


TICKET_LIFE: Final = {
    TicketUse.WEBSOCKET: timedelta(seconds=60),
    TicketUse.EVENT_SOURCE: timedelta(hours=1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """All events of a user, or those of one video, or of one job: a run, a search for moments, a
    deletion, a clip."""

    video_id: str | None = None
    job_id: str | None = None

    def has(self, event: Event) -> bool:
        if self.video_id is not None and event.video_id != self.video_id:
            return False
        of_job = {event.subject_id, event.data.get("run_id")}
        return self.job_id is None or self.job_id in of_job


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """`sent`: it has been told all that it wants up to this number; None until it subscribes."""

    user_id: str
    connection_id: str
    connected_at: datetime
    expires_at: datetime
    wanted: Wanted = Wanted()
    sent: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """Kept by its digest alone: what is kept opens nothing."""

    user_id: str
    digest: str
    use: TicketUse
    tier: str
    expires_at: datetime


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def ticket_text(user_id: str, secret: str) -> str:
    """What the user is given: whose it is, and what only they know."""
    return f"{user_id}.{secret}"


def split_ticket(text: str) -> tuple[str, str] | None:
    """The user and the digest that a ticket names; None for what is none."""
    user_id, _, secret = text.rpartition(".")
    return (user_id, digest_of(secret)) if user_id and secret and len(text) <= 200 else None
