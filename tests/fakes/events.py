"""The log of events, its bus, and who is connected, in memory."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from functions.domain.errors import GoneError, StaleWriteError
from functions.domain.events.connection import Connection, Ticket
from functions.domain.events.event import KEPT, Event
from functions.domain.events.ports import Entry, Known, Logged, Mark
from tests.fakes.clock import EPOCH


@dataclass
class FakeEventLog:
    """`meet` is called between what is read and what is written, as another worker may; the logs
    of those who are `busy` always go on meanwhile."""

    rows: dict[str, dict[int, Entry]] = field(default_factory=dict)
    written: dict[tuple[str, int], datetime] = field(default_factory=dict)
    heads: dict[str, int] = field(default_factory=dict)
    marks: dict[str, Mark] = field(default_factory=dict)
    now: Callable[[], datetime] = lambda: EPOCH
    meet: Callable[[], None] = lambda: None
    busy: set[str] = field(default_factory=set)
    appends: int = 0
    looks: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def known(self, subjects: Mapping[str, Collection[str]]) -> Mapping[str, Known]:
        with self.lock:
            self.looks += 1
            return {
                user: Known(
                    last=self.heads.get(user, 0),
                    marks={name: self.marks[name] for name in some if name in self.marks},
                )
                for user, some in subjects.items()
            }

    def append(
        self, user_id: str, last: int, entries: Sequence[Entry], marks: Sequence[Mark]
    ) -> None:
        self.meet()
        assert len(entries) + len(marks) < 100
        with self.lock:
            if user_id in self.busy or self.heads.get(user_id, 0) != last:
                raise StaleWriteError("The log of events")
            self.appends += 1
            for entry in entries:
                self.rows.setdefault(user_id, {})[entry.event.sequence] = entry
                self.written[user_id, entry.event.sequence] = self.now()
            self.marks |= {mark.subject: mark for mark in marks}
            self.heads[user_id] = last + len(entries)

    def last(self, user_id: str) -> int:
        return self.heads.get(user_id, 0)

    def began(self, user_id: str) -> datetime | None:
        known = [at for (user, _), at in self.written.items() if user == user_id]
        return min(known, default=None)

    def after(
        self, user_id: str, sequence: int, *, limit: int, now: datetime, consistent: bool = False
    ) -> Sequence[Logged]:
        found = [at for at in sorted(self.rows.get(user_id, {})) if at > sequence][:limit]
        return [one for one in (self._logged(user_id, at) for at in found) if self._kept(one, now)]

    def before(self, user_id: str, sequence: int, now: datetime) -> Logged | None:
        found = [at for at in sorted(self.rows.get(user_id, {})) if at <= sequence]
        last = self._logged(user_id, found[-1]) if found else None
        return last if last and self._kept(last, now) else None

    def _kept(self, one: Logged, now: datetime) -> bool:
        return now - one.written < KEPT

    def _logged(self, user_id: str, at: int) -> Logged:
        return Logged(event=self.rows[user_id][at].event, written=self.written[user_id, at])

    def events(self, user_id: str) -> list[Event]:
        return [self.rows[user_id][at].event for at in sorted(self.rows.get(user_id, {}))]

    def put(self, event: Event, written: datetime = EPOCH) -> None:
        """Past the code that numbers events."""
        self.rows.setdefault(event.user_id, {})[event.sequence] = Entry(
            event=event, with_video=True
        )
        self.written[event.user_id, event.sequence] = written
        self.heads[event.user_id] = max(self.heads.get(event.user_id, 0), event.sequence)


@dataclass
class FakeGoneVideos:
    videos: set[str] = field(default_factory=set)

    def gone(self, video_ids: Collection[str]) -> frozenset[str]:
        return frozenset(self.videos) & frozenset(video_ids)


@dataclass
class FakeConnections:
    rows: dict[tuple[str, str], Connection] = field(default_factory=dict)
    kept: dict[tuple[str, str], Ticket] = field(default_factory=dict)

    def of_user(self, user_id: str, now: datetime) -> Sequence[Connection]:
        found = [it for it in self.rows.values() if it.user_id == user_id and it.expires_at > now]
        return sorted(found, key=lambda one: (one.connected_at, one.connection_id))

    def get(self, user_id: str, connection_id: str) -> Connection | None:
        return self.rows.get((user_id, connection_id))

    def add(self, connection: Connection) -> None:
        self.rows[connection.user_id, connection.connection_id] = connection

    def remove(self, user_id: str, connection_id: str) -> None:
        self.rows.pop((user_id, connection_id), None)

    def subscribe(self, connection: Connection) -> bool:
        key = connection.user_id, connection.connection_id
        known = self.rows.get(key)
        if known is None:
            return False
        self.rows[key] = replace(known, wanted=connection.wanted, sent=connection.sent)
        return True

    def sent(self, connection: Connection, sequence: int) -> bool:
        key = connection.user_id, connection.connection_id
        known = self.rows.get(key)
        if known is None or known.sent != connection.sent:
            return False
        self.rows[key] = replace(known, sent=sequence)
        return True

    def tickets(self, user_id: str, now: datetime) -> Sequence[Ticket]:
        return [it for it in self.kept.values() if it.user_id == user_id and it.expires_at > now]

    def add_ticket(self, ticket: Ticket) -> None:
        self.kept[ticket.user_id, ticket.digest] = ticket

    def ticket(self, user_id: str, digest: str, now: datetime) -> Ticket | None:
        found = self.kept.get((user_id, digest))
        return found if found and found.expires_at > now else None

    def take_ticket(self, ticket: Ticket) -> bool:
        return self.kept.pop((ticket.user_id, ticket.digest), None) is not None


@dataclass
class FakeWires:
    """`refuse` may raise before a message is taken."""

    taken: dict[str, list[str]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    closed: list[str] = field(default_factory=list)
    refuse: Callable[[str], None] = lambda _: None

    def send(self, connection_id: str, text: str) -> None:
        if connection_id in self.gone:
            raise GoneError("connection.gone", "Nobody is there.")
        self.refuse(connection_id)
        self.taken.setdefault(connection_id, []).append(text)

    def close(self, connection_id: str) -> None:
        self.closed.append(connection_id)
