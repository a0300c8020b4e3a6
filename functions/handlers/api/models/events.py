"""Following events."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from functions.handlers.api.models.common import Body
from functions.handlers.api.models.examples import shown


class CreateTicket(Body):
    model_config = shown({"use": "event_source"})

    use: Literal["websocket", "event_source"] = Field(
        description="What it opens. One for a WebSocket is good once, for a minute; one for an "
        "EventSource, which comes again with the same address, for an hour"
    )


class TicketAnswer(BaseModel):
    model_config = shown(
        {
            "ticket": "01890000-0000-7000-8000-00000000000a.k3v9w…",
            "use": "event_source",
            "expires_at": "2026-11-21T13:00:00Z",
            "sequence": 1204,
        }
    )

    ticket: str = Field(description="Shown once. It opens your events, and nothing else")
    use: Literal["websocket", "event_source"]
    expires_at: datetime
    sequence: int = Field(
        ge=0,
        description="The number of your latest event: read what is shown after you have this, and "
        "follow from there on, and nothing is missed",
    )
