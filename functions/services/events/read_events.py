"""Reading a user's log from some number on, without loss.

Numbers have no gaps when they are given. Where one is not there, its video was deleted, or the
transaction that wrote it is just about to be shown: rows of one are seen one by one. So behind a
gap nothing is taken that was written a moment ago.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from functions.domain.events.event import KEPT, Event
from functions.domain.events.ports import EventLog

SHOWN_AFTER: Final = timedelta(seconds=3)
PAGE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """Events in order; `up_to` is where to go on from. Without `events` there are none as yet."""

    events: Sequence[Event]
    up_to: int


class TooOldError(Exception):
    """From there on the log is not whole any more; `last` is where it goes on from."""

    def __init__(self, last: int) -> None:
        super().__init__(f"the log goes on from {last}")
        self.last = last


def events_after(
    log: EventLog,
    user_id: str,
    sequence: int,
    now: datetime,
    *,
    limit: int = PAGE,
    consistent: bool = False,
) -> Followed:
    """The next ones, as far as they are settled."""
    taken = list[Event]()
    up_to = sequence
    for one in log.after(user_id, sequence, limit=limit, now=now, consistent=consistent):
        if one.event.sequence != up_to + 1 and now - one.written < SHOWN_AFTER:
            break
        taken.append(one.event)
        up_to = one.event.sequence
    return Followed(events=taken, up_to=up_to)


def require_whole(log: EventLog, user_id: str, sequence: int, now: datetime) -> None:
    """Raises TooOldError if something after this number is kept no more, or it is not of this log.

    A gap that a deleted video has left is none, as long as something before it is kept, or the
    whole log is younger than what is kept."""
    last = log.last(user_id)
    if sequence == last:
        return
    if not 0 <= sequence < last:
        raise TooOldError(last)
    following = log.after(user_id, sequence, limit=1, now=now, consistent=True)
    if following and following[0].event.sequence == sequence + 1:
        return
    began = log.began(user_id)
    young = began is not None and now - began < KEPT
    if not young and log.before(user_id, sequence, now) is None:
        raise TooOldError(last)
