"""Webhooks: who is told of which events, and how each one's telling went.

A subscription is a URL and patterns of types. A delivery is one event on its way to one
subscription; its id follows from the two, so that it is made once, and it holds no body: that is
read from the log when it is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from functions.domain.ids import derived_id, ordered_id

TEST_TYPE: Final = "webhook.test"
"""An event of no log, told to one subscription because its owner asked for it."""

KEPT: Final = timedelta(days=14)
"""How long a delivery is shown. What it tells is in the log for seven days, and nowhere else."""

MAX_SHOWN: Final = 20
"""Attempts that a delivery keeps: the latest."""

OVERLAP: Final = timedelta(hours=24)
"""How long both secrets sign after a rotation."""


class WebhookState(StrEnum):
    ACTIVE = "active"
    PAUSED = "paused"


class PauseReason(StrEnum):
    """`gone`: the receiver answered 410; `failing`: nothing was taken for as long as one delivery
    is tried."""

    GONE = "gone"
    FAILING = "failing"


class DeliveryState(StrEnum):
    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class Fault(StrEnum):
    """Why an attempt, or a whole delivery, came to nothing."""

    STATUS = "status"
    REDIRECT = "redirect"
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    CERTIFICATE = "certificate"
    REFUSED_ADDRESS = "refused_address"
    BAD_ANSWER = "bad_answer"
    PAUSED = "paused"
    DELETED = "deleted"
    EVENT_GONE = "event_gone"


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedSecret:
    """Encrypted; `until` is when it stops to sign, None for the one that stays."""

    secret_id: str
    sealed: str
    created_at: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """The latest of a subscription: what happened in [start, end) is told once more; what was taken
    is passed over unless `every`. `told` counts what is under way again."""

    replay_id: str
    start: datetime
    end: datetime
    every: bool
    asked_at: datetime
    told: int = 0
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """`secrets` are newest first. What deliveries write (`replay` and all that follows it) has no
    part in `version`: a user's If-Match holds while they go on. `strikes` counts tries in a row
    that had no answer; `places` are those that are at the receiver now, each until when at most."""

    webhook_id: str
    user_id: str
    url: str
    events: tuple[str, ...]
    description: str | None = None
    secrets: tuple[SealedSecret, ...]
    state: WebhookState = WebhookState.ACTIVE
    reason: PauseReason | None = None
    paused_at: datetime | None = None
    created_at: datetime
    updated_at: datetime
    version: int = 0
    replay: Replay | None = None
    failures: int = 0
    failing_since: datetime | None = None
    delivered_at: datetime | None = None
    strikes: int = 0
    held_until: datetime | None = None
    places: Mapping[str, datetime] = field(default_factory=dict)

    @property
    def active(self) -> bool:
        return self.state is WebhookState.ACTIVE

    def wants(self, event_type: str) -> bool:
        return any(matches(pattern, event_type) for pattern in self.events)

    def valid_secrets(self, now: datetime) -> tuple[SealedSecret, ...]:
        """Those that sign: the current one first."""
        return tuple(one for one in self.secrets if one.until is None or one.until > now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try; `code` is the HTTP status if there was one. What the receiver wrote is not kept."""

    at: datetime
    duration_ms: int
    code: int | None = None
    fault: Fault | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """`turn` counts the tries that have begun since `since`: it was made, or replayed, then."""

    webhook_id: str
    delivery_id: str
    user_id: str
    event_id: str
    event_type: str
    sequence: int
    event_at: datetime
    state: DeliveryState = DeliveryState.PENDING
    fault: Fault | None = None
    turn: int = 0
    since: datetime
    created_at: datetime
    updated_at: datetime
    next_try_at: datetime | None = None
    attempts: tuple[Attempt, ...] = ()

    @property
    def is_test(self) -> bool:
        return self.event_type == TEST_TYPE

    @property
    def expires_at(self) -> int:
        """Unix seconds."""
        return int((self.created_at + KEPT).timestamp())


def matches(pattern: str, event_type: str) -> bool:
    """`*` is every type, `segment.*` every one of segments. The test event is told to all."""
    if event_type == TEST_TYPE or pattern == "*":
        return True
    if pattern.endswith(".*"):
        return event_type.startswith(pattern[:-1])
    return pattern == event_type


def unknown_patterns(patterns: Iterable[str], types: Iterable[str]) -> list[int]:
    """Places of patterns that no event could ever match: they are misspelt."""
    known = tuple(types)
    return [
        at for at, pattern in enumerate(patterns) if not any(matches(pattern, one) for one in known)
    ]


def delivery_id_of(webhook_id: str, event_id: str, event_at: datetime) -> str:
    """Ids sort by the times of their events."""
    return ordered_id(_milliseconds(event_at), webhook_id, event_id)


def webhook_id_of(user_id: str, key: str) -> str:
    """The subscription that was made under an Idempotency-Key."""
    return derived_id("webhook", user_id, key)


def _milliseconds(moment: datetime) -> int:
    return max(0, int(moment.timestamp() * 1000))
