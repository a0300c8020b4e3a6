"""When a delivery is tried again, and when a receiver that hangs is left alone.

Tries go on for a day, each wait longer than the one before; a random part is taken off each, so
that what failed together does not come back together. The circuit breaker is that of Nygard,
“Release It!”, chapter 5.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final

DAY: Final = timedelta(hours=24)
# Seconds; together 24 hours. The first wait is as long as a schedule's tick.
WAITS: Final = (60, 300, 900, 3_600, 7_200, 14_400, 25_200, 34_740)
JITTER: Final = 0.2
MOST_ASKED: Final = timedelta(hours=1)
"""A receiver's Retry-After is heeded up to here."""

SHARDS: Final = 8
"""Of the index of what waits."""

STRIKES: Final = 3
_HELD: Final = timedelta(seconds=30)
_LONGEST_HELD: Final = timedelta(minutes=10)
# The first failure is written down a little after the delivery began.
_ABOUT: Final = 0.95
_BOUNCES: Final = (2, 4, 8, 16, 32, 64, 128, 256)

Random = Callable[[], float]
"""In [0, 1)."""


def next_try(
    turn: int,
    since: datetime,
    now: datetime,
    *,
    random: Random,
    waits: Sequence[int] = WAITS,
    asked: timedelta | None = None,
) -> datetime | None:
    """When to try again after `turn` tries (1 after the first); None when it is given up.

    `asked` is the receiver's own wish (Retry-After). The last try is at the sum of all waits after
    `since`, also where those before it were late; where we ourselves were, what is left follows
    at short waits for ten minutes more.
    """
    if turn > len(waits) or is_over(since, now, waits):
        return None
    wait = timedelta(seconds=waits[turn - 1] * (1 - JITTER * random()))
    if asked is not None:
        wait = max(wait, min(asked, MOST_ASKED))
    last = since + timedelta(seconds=sum(waits))
    return min(now + wait, max(last, now + timedelta(seconds=waits[0])))


def is_over(since: datetime, now: datetime, waits: Sequence[int] = WAITS) -> bool:
    """Whether a delivery has had its time, however often it was tried: one may have waited for a
    receiver that hung all day."""
    return now > since + timedelta(seconds=sum(waits)) + _LONGEST_HELD


def failed_long(
    failing_since: datetime | None, now: datetime, waits: Sequence[int] = WAITS
) -> bool:
    """Whether nothing was taken for about as long as one delivery is tried at the least."""
    return failing_since is not None and now - failing_since >= timedelta(
        seconds=sum(waits) * (1 - JITTER) * _ABOUT
    )


def held_until(strikes: int, now: datetime) -> datetime | None:
    """Until when nothing is sent to a receiver that has not answered so often in a row."""
    if strikes < STRIKES:
        return None
    return now + min(_HELD * (1 << min(strikes - STRIKES, 10)), _LONGEST_HELD)


def bounce(times: int, random: Random) -> int:
    """Seconds until a delivery asks again for a free place at its receiver."""
    longest = _BOUNCES[min(times, len(_BOUNCES) - 1)]
    return 1 + int(longest * random())
