"""Handing events on to the bus: those that it does not take are handed on again."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from typing import Final

from functions.domain.errors import UnavailableError
from functions.domain.events.event import Event
from functions.domain.events.ports import EventBus

ATTEMPTS: Final = 5


def publish_events(
    bus: EventBus, events: Sequence[Event], wait: Callable[[float], None] = time.sleep
) -> None:
    """Each at least once. Raises UnavailableError if some are not taken: the stream tells of them
    again, and receivers know an event by its id."""
    left: Sequence[Event] = events
    for attempt in range(ATTEMPTS):
        left = bus.publish(left)
        if not left:
            return
        wait(random.uniform(0, min(0.1 * 2**attempt, 2.0)))  # noqa: S311
    says = f"The bus does not take {len(left)} of {len(events)} events; try again."
    raise UnavailableError("dependency.unavailable", says)
