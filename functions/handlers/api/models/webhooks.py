"""Webhooks."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, Field

from functions.domain.events.event import EventType
from functions.domain.webhooks.webhook import DeliveryState, Fault, PauseReason, WebhookState
from functions.handlers.api.models import webhook_examples as examples
from functions.handlers.api.models.common import Body, Moment, Text
from functions.handlers.api.models.examples import shown

MAX_RECEIVER_URL: Final = 2_000
_KINDS: Final = sorted({f"{one.value.partition('.')[0]}.*" for one in EventType})
PATTERNS: Final = ("*", *_KINDS, *(one.value for one in EventType))
# What the check wants, as far as the words of JSON Schema can tell it.
URL_PATTERN: Final = r"^[Hh][Tt][Tt][Pp][Ss]://[^/?#@\\\s]+([/?][^#\\\s]*)?$"


def _known(pattern: str) -> str:
    if pattern not in PATTERNS:
        raise ValueError("there is no such type of event")
    return pattern


Pattern = Annotated[
    str,
    AfterValidator(_known),
    Field(json_schema_extra={"enum": list(PATTERNS)}),
]


class WebhookOptions(Body):
    model_config = shown(examples.OPTIONS)

    url: str = Field(
        max_length=MAX_RECEIVER_URL,
        description="Where events are posted to: https, on the public internet",
        examples=["https://hooks.example.com/cutroom"],
        json_schema_extra={"pattern": URL_PATTERN},
    )
    events: Annotated[list[Pattern], Field(min_length=1, max_length=30)] = Field(
        default=["*"], description="Types; `*` is every one, `segment.*` each one of segments"
    )
    description: Text | None = Field(default=None, max_length=200)


class ReplayEvents(Body):
    """What happened from `since` on and before `until`."""

    model_config = shown(examples.REPLAY_ASKED)

    since: Moment
    until: Moment | None = Field(default=None, description="Now, if not told")
    deliveries: Literal["undelivered", "all"] = Field(
        default="undelivered", description="`all`: also what was taken once"
    )


class ReplayAnswer(BaseModel):
    model_config = shown(examples.REPLAY)

    replay_id: str
    since: datetime
    until: datetime
    deliveries: Literal["undelivered", "all"]
    requested_at: datetime
    finished_at: datetime | None = Field(description="When all of it was put under way")
    count: int = Field(description="Deliveries that are under way again")


class WebhookAnswer(BaseModel):
    model_config = shown(examples.WEBHOOK, examples.PAUSED)

    webhook_id: str
    url: str
    events: list[str]
    description: str | None
    state: WebhookState
    reason: PauseReason | None = Field(description="Why it is paused")
    notice: str | None = Field(description="What happened and what to do, for people")
    paused_at: datetime | None
    failures: int = Field(description="Tries that failed since the last one that was taken")
    failing_since: datetime | None
    delivered_at: datetime | None = Field(description="When something was taken last")
    previous_secret_until: datetime | None = Field(
        description="Until when the secret before the last rotation signs, too"
    )
    replay: ReplayAnswer | None
    created_at: datetime
    updated_at: datetime
    deliveries_url: str


class WebhookSecretAnswer(WebhookAnswer):
    """The only answer that has the secret."""

    model_config = shown(examples.WITH_SECRET)

    secret: str = Field(description="Signs what is posted (Standard Webhooks); keep it")


class WebhookList(BaseModel):
    """All of them: a tier bounds how many. Oldest first."""

    model_config = shown({"items": [examples.WEBHOOK]})

    items: list[WebhookAnswer]


class AttemptAnswer(BaseModel):
    at: datetime
    duration_ms: int
    status_code: int | None = Field(description="The receiver's, if it answered")
    error: Fault | None


class DeliveryAnswer(BaseModel):
    model_config = shown(examples.DELIVERY)

    delivery_id: str
    webhook_id: str
    event_id: str = Field(description="What `webhook-id` carries, the same on each try")
    event_type: str
    sequence: int = Field(description="The event's in the log; 0 for a test")
    event_at: datetime
    state: DeliveryState
    error: Fault | None = Field(description="Why the last try, or all of it, came to nothing")
    attempts: list[AttemptAnswer] = Field(description="The latest, oldest first")
    next_try_at: datetime | None
    created_at: datetime
    updated_at: datetime
    expires_at: datetime


class DeliveryList(BaseModel):
    """Newest events first."""

    model_config = shown({"items": [examples.DELIVERY], "next_cursor": None, "partial": False})

    items: list[DeliveryAnswer]
    next_cursor: str | None
    partial: bool = Field(description="The filter passed over so many that the page is not full")
