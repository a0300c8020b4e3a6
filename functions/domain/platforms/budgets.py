"""How much of a shared limit may be used now, and how it is divided among users."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import floor
from typing import Final

from functions.domain.platforms import windows
from functions.domain.platforms.windows import Window
from functions.domain.posts.post import Platform

# Beyond this share of a limit the rest is spread over the time that is left.
NEAR: Final = 0.8


class Pace(StrEnum):
    """`slow`: near the limit; `wait`: at it, or ahead of what the time allows."""

    FREE = "free"
    SLOW = "slow"
    WAIT = "wait"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """Of one platform's app: so many units in each window. A call costs one unit, or, where
    `by_post`, one for each post in it."""

    name: str
    units: int
    window: Callable[[datetime], Window]
    by_post: bool = False

    def cost(self, posts: int) -> int:
        return posts if self.by_post else 1


def _quarter(now: datetime) -> Window:
    return windows.minutes(now, 15)


def _minute(now: datetime) -> Window:
    return windows.minutes(now, 1)


# What the platforms publish, for the app as a whole. Meta tells its own by headers only.
LIMITS: Final[Mapping[Platform, tuple[Limit, ...]]] = {
    Platform.YOUTUBE: (Limit(name="units", units=10_000, window=windows.pacific_day),),
    Platform.X: (
        Limit(name="calls", units=3_500, window=_quarter),
        Limit(name="reads", units=3_000_000, window=windows.month, by_post=True),
    ),
    Platform.TIKTOK: (Limit(name="calls", units=600, window=_minute),),
    Platform.FACEBOOK: (),
    Platform.INSTAGRAM: (),
}


def allowance(limit: int, used: int, elapsed: float) -> int:
    """Units that may be used now: all up to `NEAR`, then in step with the share of the window that
    is over. Never negative, never more than is left."""
    share = NEAR + (1 - NEAR) * min(1.0, max(0.0, elapsed))
    return max(0, floor(limit * share) - used)


def pace(limit: int, used: int, elapsed: float) -> Pace:
    if allowance(limit, used, elapsed) == 0:
        return Pace.WAIT
    return Pace.SLOW if used >= limit * NEAR else Pace.FREE


def pace_told(used: float) -> Pace:
    """By the share of a limit that a platform says is used."""
    if used >= 1.0:
        return Pace.WAIT
    return Pace.SLOW if used >= NEAR else Pace.FREE


def divide(units: int, wants: Mapping[str, int]) -> dict[str, int]:
    """Max-min fair: nobody gets more than wanted, nothing is left while somebody wants more, and
    who goes short has as much as anybody, but for one unit that cannot be halved: of those who want
    alike, that is for whoever stands first."""
    shares = dict.fromkeys(wants, 0)
    left = max(0, units)
    # From the least wanted on: what a user leaves is for those who want more.
    open_ = sorted((user for user in wants if wants[user] > 0), key=wants.__getitem__)
    for at, user in enumerate(open_):
        even, odd = divmod(left, len(open_) - at)
        shares[user] = min(wants[user], even + (1 if odd else 0))
        left -= shares[user]
    return shares
