"""When posts do best: by weekday and hour where their user is, and how much that rests on.

Platforms count differently, so each post is held against the user's usual post on its platform:
its index is its number by the median of that platform's posts, 1 being usual. A time's index is the
median of its posts', so that one that went viral does not make a time good.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from datetime import time as clock_time
from enum import StrEnum
from typing import Final

from functions.domain.analytics.period import Period
from functions.domain.posts.post import Platform
from functions.domain.posts.query import PostedPost, PostSort

SETTLED: Final = timedelta(days=3)
"""A younger post has not had its time yet."""
LEAST_POSTS: Final = 20
"""Of fewer nothing is said."""
LEAST_OF_PLATFORM: Final = 5
"""Of fewer there is no usual one."""
LEAST_OF_TIME: Final = 3
"""A time with fewer is not named as a best one."""
BEST: Final = 3


class LeftOut(StrEnum):
    """Why a post does not count."""

    TOO_YOUNG = "too_young"
    NUMBER_UNKNOWN = "number_unknown"
    PLATFORM_APART = "platform_apart"
    FEW_ON_PLATFORM = "few_on_platform"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A time, and how the posts of that time did; None is every weekday, or every hour. Weekdays
    are 1 (Monday) to 7 (ISO 8601)."""

    posts: int
    index: float
    weekday: int | None = None
    hour: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BestTimes:
    """`best` are the best of `slots` that have posts enough, none where all are too few, or where
    no time is better than usual."""

    posts: int
    left_out: Mapping[LeftOut, int]
    first_posted: datetime | None
    last_posted: datetime | None
    slots: tuple[Slot, ...]
    weekdays: tuple[Slot, ...]
    hours: tuple[Slot, ...]
    best: tuple[Slot, ...]

    @property
    def is_enough(self) -> bool:
        return self.posts >= LEAST_POSTS


@dataclass(frozen=True, slots=True)
class _Measured:
    at: datetime
    index: float


def bounds(days: Period, zone: tzinfo) -> tuple[datetime, datetime]:
    """Instants between which local days lie: no earlier than their start, and before their end.

    Clocks that are put back over midnight have the first minutes of a day twice, and some of the
    day before between them: what lies between the bounds may still be of another day.
    """
    start = datetime.combine(days.first, clock_time.min, zone)
    end = datetime.combine(days.last + timedelta(days=1), clock_time.min, zone).replace(fold=1)
    return start.astimezone(UTC), end.astimezone(UTC)


def local_day(at: datetime, zone: tzinfo) -> date:
    return at.astimezone(zone).date()


def best_times(
    posts: Iterable[PostedPost],
    by: PostSort,
    zone: tzinfo,
    now: datetime,
    apart: frozenset[Platform] = frozenset(),
) -> BestTimes:
    """`by` is views or the engagement rate; posts without a time count for nothing."""
    why: Counter[LeftOut] = Counter()
    values: dict[Platform, list[tuple[datetime, float]]] = {}
    for one in posts:
        flaw, value, at = _flaw(one, now, apart), one.value(by), one.post.posted_at
        if flaw is None and not isinstance(value, int | float):
            flaw = LeftOut.NUMBER_UNKNOWN
        if flaw is not None:
            why[flaw] += 1
        elif at is not None and isinstance(value, int | float):
            values.setdefault(one.post.platform, []).append((at.astimezone(zone), value))
    measured: list[_Measured] = []
    for found in values.values():
        usual = median(value for _, value in found)
        if len(found) < LEAST_OF_PLATFORM or not usual:
            why[LeftOut.FEW_ON_PLATFORM] += len(found)
        else:
            measured += [_Measured(at, value / usual) for at, value in found]
    return _told(measured, why)


def _flaw(one: PostedPost, now: datetime, apart: frozenset[Platform]) -> LeftOut | None:
    at = one.post.posted_at
    if one.post.platform in apart:
        return LeftOut.PLATFORM_APART
    return LeftOut.TOO_YOUNG if at is not None and at > now - SETTLED else None


def _told(measured: Sequence[_Measured], why: Mapping[LeftOut, int]) -> BestTimes:
    times = [one.at for one in measured]
    enough = len(measured) >= LEAST_POSTS
    slots = _slots(measured, lambda at: (at.isoweekday(), at.hour)) if enough else ()
    good = [slot for slot in slots if slot.posts >= LEAST_OF_TIME and slot.index > 1]
    good.sort(key=lambda slot: (-slot.index, -slot.posts, slot.weekday, slot.hour))
    return BestTimes(
        posts=len(measured),
        left_out=dict(why),
        first_posted=min(times, default=None),
        last_posted=max(times, default=None),
        slots=slots,
        weekdays=_slots(measured, lambda at: (at.isoweekday(), None)) if enough else (),
        hours=_slots(measured, lambda at: (None, at.hour)) if enough else (),
        best=tuple(good[:BEST]),
    )


Key = tuple[int | None, int | None]


def _slots(measured: Sequence[_Measured], key: Callable[[datetime], Key]) -> tuple[Slot, ...]:
    """Those that have posts, in order."""
    found: dict[Key, list[float]] = {}
    for one in measured:
        found.setdefault(key(one.at), []).append(one.index)
    return tuple(
        Slot(posts=len(indexes), index=round(median(indexes), 4), weekday=weekday, hour=hour)
        for (weekday, hour), indexes in sorted(found.items(), key=lambda pair: _order(pair[0]))
    )


def median(values: Iterable[float]) -> float:
    """Of one value at least. Without the module of that name, which takes long to load."""
    found = sorted(values)
    half = len(found) // 2
    return float(found[half]) if len(found) % 2 else (found[half - 1] + found[half]) / 2


def _order(key: Key) -> tuple[int, int]:
    return key[0] or 0, key[1] or 0
