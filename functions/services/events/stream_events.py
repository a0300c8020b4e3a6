"""One answer to an EventSource: what is new, or what comes while it waits."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from functions.domain.events.connection import Wanted
from functions.domain.events.event import Event
from functions.domain.events.ports import EventLog
from functions.domain.events.stream import stream_text
from functions.services.events.read_events import PAGE, TooOldError, events_after, require_whole

LOOK_EVERY_S: Final = 0.5
MOST: Final = 1_000
"""Events of one answer: far below the 6 MB of a function's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """Who asks for what, from where on; `after` is None for who comes for the first time."""

    user_id: str
    after: int | None
    wanted: Wanted
    wait: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Streaming:
    log: EventLog
    clock: Callable[[], datetime]
    wait: Callable[[float], None] = field(default=time.sleep)


def stream_events(of: Streaming, asked: Listening) -> str:
    """The text of the answer. Who comes for the first time is answered at once, with where to go
    on from: were they kept waiting, and lost, nobody would know what they have missed."""
    if asked.after is None:
        return stream_text((), of.log.last(asked.user_id))
    try:
        require_whole(of.log, asked.user_id, asked.after, of.clock())
    except TooOldError as error:
        return stream_text((), error.last, resync=True)
    events, up_to = _awaited(of, asked, asked.after)
    return stream_text(events, up_to)


def _awaited(of: Streaming, asked: Listening, after: int) -> tuple[list[Event], int]:
    until = of.clock() + asked.wait
    while True:
        events, after = _all(of, asked, after)
        if events or of.clock() >= until:
            return events, after
        of.wait(LOOK_EVERY_S)


def _all(of: Streaming, asked: Listening, after: int) -> tuple[list[Event], int]:
    """All that is there, within bounds."""
    wanted = list[Event]()
    for _ in range(MOST // PAGE):
        found = events_after(of.log, asked.user_id, after, of.clock())
        wanted += [event for event in found.events if asked.wanted.has(event)]
        after = found.up_to
        if len(found.events) < PAGE:
            break
    return wanted, after
