"""What the log of events, and those who tell of it, need from outside."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from functions.domain.events.connection import Connection, Ticket
from functions.domain.events.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """How far a row has been told of: `number` is that of its last write in the table's stream.
    Of a job `percent` is the highest that was told, and `progress_at` when progress was last."""

    subject: str
    number: str
    percent: float | None = None
    progress_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What was read before an append: the last number of a user's log, and marks by subject."""

    last: int
    marks: Mapping[str, Mark]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An event as it is written: `with_video` goes when its video does."""

    event: Event
    with_video: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """An event as it is read, and when it was written."""

    event: Event
    written: datetime


class EventLog(Protocol):
    """Events by user and number. What is older than its time is not shown, though it be there."""

    def known(self, subjects: Mapping[str, Collection[str]]) -> Mapping[str, Known]:
        """Of each user, with the marks of subjects. Read consistently, numbers before marks."""

    def append(
        self, user_id: str, last: int, entries: Sequence[Entry], marks: Sequence[Mark]
    ) -> None:
        """Write all or nothing. Raises StaleWriteError if the log has gone on since `last`."""

    def last(self, user_id: str) -> int:
        """The number that was given last, 0 for none; read consistently."""

    def began(self, user_id: str) -> datetime | None:
        """When the user's first event was written."""

    def after(
        self, user_id: str, sequence: int, *, limit: int, now: datetime, consistent: bool = False
    ) -> Sequence[Logged]:
        """The next ones in order, `limit` at most."""

    def before(self, user_id: str, sequence: int, now: datetime) -> Logged | None:
        """The last one up to this number."""


class GoneVideos(Protocol):
    def gone(self, video_ids: Collection[str]) -> frozenset[str]:
        """Those that are being deleted or were."""


class EventBus(Protocol):
    def publish(self, events: Sequence[Event]) -> Sequence[Event]:
        """Hand them on; returns those that were not taken."""


class Connections(Protocol):
    """Who is connected, and the tickets by which they may come. None that has expired is shown."""

    def of_user(self, user_id: str, now: datetime) -> Sequence[Connection]:
        """All of a user's, the oldest first; read consistently."""

    def get(self, user_id: str, connection_id: str) -> Connection | None: ...

    def add(self, connection: Connection) -> None: ...

    def remove(self, user_id: str, connection_id: str) -> None:
        """Nothing if it is gone."""

    def subscribe(self, connection: Connection) -> bool:
        """What is wanted, and from where; whether the connection is there."""

    def sent(self, connection: Connection, sequence: int) -> bool:
        """It has been told all up to this number; False if another worker was there meanwhile."""

    def tickets(self, user_id: str, now: datetime) -> Sequence[Ticket]: ...

    def add_ticket(self, ticket: Ticket) -> None: ...

    def ticket(self, user_id: str, digest: str, now: datetime) -> Ticket | None: ...

    def take_ticket(self, ticket: Ticket) -> bool:
        """Remove it; whether it was there: of several who take it, one does."""


class Wires(Protocol):
    """The far ends of connections."""

    def send(self, connection_id: str, text: str) -> None:
        """Raises GoneError where nobody is there, UnavailableError where it is not taken now."""

    def close(self, connection_id: str) -> None:
        """Nothing if it is closed."""
