"""Telling those who are connected what is new, each from where they were told last.

Each message begins right after what its connection was told before, and that number moves on only
after it was sent, if nobody has moved it meanwhile. So two workers may send the same twice, but
never leave something out: a client passes over numbers that it has seen.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from functions.domain.errors import GoneError, UnavailableError
from functions.domain.events.body import to_json
from functions.domain.events.connection import Connection
from functions.domain.events.event import Event
from functions.domain.events.ports import Connections, EventLog, Wires
from functions.services.events.read_events import PAGE, Followed, events_after

MESSAGE_BYTES: Final = 30_000
"""API Gateway counts a message by 32 KB, and takes 128."""
UNTOLD: Final = 50
"""So many events that a connection does not want are passed over before that is noted."""
ROUNDS: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushing:
    """What it is done with; `at_once` sends go on beside each other."""

    log: EventLog
    connections: Connections
    wires: Wires
    clock: Callable[[], datetime]
    at_once: int = 32


def push_events(of: Pushing, events: Sequence[Event]) -> int:
    """`events` are new in the log. Returns how many connections were told.

    A connection that does not take what it is sent is closed: its client comes back and says how
    far it is. Raises UnavailableError where nothing could be looked up."""
    by_user: dict[str, list[Event]] = {}
    for event in events:
        by_user.setdefault(event.user_id, []).append(event)
    with ThreadPoolExecutor(max(1, min(of.at_once, len(by_user)))) as pool:
        found = pool.map(lambda user: of.connections.of_user(user, of.clock()), by_user)
        waiting = [
            (one, sorted(news, key=lambda event: event.sequence))
            for every, news in zip(found, by_user.values(), strict=True)
            for one in every
            if one.sent is not None
        ]
    if not waiting:
        return 0
    with ThreadPoolExecutor(min(of.at_once, len(waiting))) as pool:
        return sum(pool.map(lambda it: tell(of, it[0], news=it[1]), waiting))


def tell(of: Pushing, connection: Connection, news: Sequence[Event] = ()) -> bool:
    """All that it was not told yet; whether it was told something."""
    told = False
    for _ in range(ROUNDS):
        sent = connection.sent
        assert sent is not None  # noqa: S101  (it has subscribed)
        found = _next(of, connection, sent, news)
        wanted = [event for event in found.events if connection.wanted.has(event)]
        try:
            _send(of, connection, wanted)
        except (GoneError, UnavailableError):
            of.wires.close(connection.connection_id)
            of.connections.remove(connection.user_id, connection.connection_id)
            return told
        told = told or bool(wanted)
        if not wanted and found.up_to - sent < UNTOLD:
            return told
        if not of.connections.sent(connection, found.up_to):
            return told
        connection = replace(connection, sent=found.up_to)
        if len(found.events) < PAGE:
            return told
    return told


def _next(of: Pushing, connection: Connection, sent: int, news: Sequence[Event]) -> Followed:
    """The news themselves, where they begin right there and have no gap, else out of the log."""
    fresh = [event for event in news if event.sequence > sent]
    if fresh and [event.sequence for event in fresh] == list(
        range(sent + 1, sent + 1 + len(fresh))
    ):
        return Followed(events=fresh, up_to=fresh[-1].sequence)
    if news and not fresh:
        return Followed(events=(), up_to=sent)
    return events_after(of.log, connection.user_id, sent, of.clock(), consistent=True)


def _send(of: Pushing, connection: Connection, events: Sequence[Event]) -> None:
    part, size = list[str](), 0
    for event in events:
        text = json.dumps(to_json(event), separators=(",", ":"))
        if part and size + len(text) > MESSAGE_BYTES:
            of.wires.send(connection.connection_id, message(part))
            part, size = [], 0
        part.append(text)
        size += len(text) + 1
    if part:
        of.wires.send(connection.connection_id, message(part))


def message(events: Sequence[str]) -> str:
    """Several events in one message, each in the body that it has everywhere."""
    return f'{{"type":"events","events":[{",".join(events)}]}}'
