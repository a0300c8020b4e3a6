"""What webhooks need from outside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from functions.domain.events.event import Event
from functions.domain.paging import Page, Position
from functions.domain.webhooks.webhook import Delivery, DeliveryState, Fault, Replay, Webhook


class WebhookStore(Protocol):
    def create(self, webhook: Webhook, limit: int) -> bool:
        """False where that id is there already. Raises ConflictError where the user has `limit`,
        however many are made at once."""

    def get(self, user_id: str, webhook_id: str) -> Webhook | None: ...

    def of_user(self, user_id: str) -> list[Webhook]:
        """All of them (a tier bounds how many), oldest first, read consistently."""

    def save(self, webhook: Webhook, *, well: bool = False) -> Webhook:
        """What its user has set, over the version that was read; raises StaleWriteError if that
        moved on. What deliveries write stays as it is; with `well` it begins anew."""

    def delete(self, webhook: Webhook) -> None:
        """Raises StaleWriteError if it moved on since it was read."""

    def begin_replay(self, webhook: Webhook, replay: Replay) -> None:
        """In place of the one before, if that is another."""

    def note_replay(self, webhook: Webhook, replay: Replay) -> bool:
        """How far it is; False if there is another one by now."""


class Mood(StrEnum):
    """How a receiver met a try."""

    TAKEN = "taken"
    REFUSED = "refused"
    SILENT = "silent"


class ReceiverHealth(Protocol):
    """How a receiver does, and how many are at it just now."""

    def enter(self, webhook: Webhook, now: datetime, until: datetime) -> str | None:
        """Take one of its few places until then; None where there is none, or it is left alone.
        One that has been silent again and again has one place only."""

    def leave(self, webhook: Webhook, place: str, mood: Mood | None, at: datetime) -> None:
        """Give the place back. After silence, time and again, it is left alone for a while; None
        is for who did not try."""


class DeliveryStore(Protocol):
    def create(self, delivery: Delivery) -> bool:
        """False where it is there already."""

    def get(self, webhook_id: str, delivery_id: str) -> Delivery | None: ...

    def of_webhook(
        self,
        webhook_id: str,
        *,
        limit: int,
        after: Position | None = None,
        state: DeliveryState | None = None,
    ) -> Page[Delivery]:
        """Newest events first; `cut_short` where a filter passed over too many."""

    def begin(self, delivery: Delivery, until: datetime) -> Delivery | None:
        """Count a try; None if somebody else has, or it is over. Nobody tries it before `until`."""

    def end(self, delivery: Delivery) -> bool:
        """Write down how the try went; False if it is of an earlier turn."""

    def put_off(self, delivery: Delivery, until: datetime) -> bool:
        """Nobody looks at it before then; False if it changed since it was read."""

    def restart(self, delivery: Delivery, now: datetime, until: datetime) -> bool:
        """Begin again from the first turn; False if it is pending, or changed."""

    def due(self, shard: int, now: datetime, limit: int) -> list[Delivery]:
        """Those of a shard whose time has come, longest waiting first."""


class EventReader(Protocol):
    """The log, of one user."""

    def get(self, user_id: str, sequence: int) -> Event | None: ...

    def after(self, user_id: str, sequence: int, limit: int) -> Sequence[Event]:
        """Those with higher numbers, in order."""

    def last(self, user_id: str) -> int:
        """The highest number there is, 0 without any."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A receiver's answer. `asked` is its Retry-After."""

    code: int
    asked: timedelta | None = None


class ReceiverError(Exception):
    """No answer came, or none that is one; `code` is the HTTP status if there was one."""

    def __init__(self, fault: Fault, code: int | None = None) -> None:
        super().__init__(fault.value)
        self.fault, self.code = fault, code


class Receivers(Protocol):
    def check(self, url: str) -> None:
        """Raises UrlError where the URL is none of ours to call, also by what its name leads to
        now. A name that leads nowhere yet is let pass: each delivery looks again."""

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Posted:
        """One request, no redirect followed. Raises ReceiverError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendTask:
    """One turn of one delivery; `bounces` counts how often no place was free."""

    user_id: str
    webhook_id: str
    delivery_id: str
    turn: int
    bounces: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayTask:
    """The next step of a replay: what has a higher number than `after`; None at its beginning."""

    user_id: str
    webhook_id: str
    replay_id: str
    after: int | None = None


class WebhookQueue(Protocol):
    def send(self, tasks: Sequence[SendTask], delay_s: int = 0) -> None:
        """Raises UnavailableError."""

    def replay(self, task: ReplayTask) -> None:
        """Raises UnavailableError."""
