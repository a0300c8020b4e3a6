"""Limits that all users of a platform share: what was used of them, and who waits. Rows expire.

budget_key
{platform}#{limit}#{window}      units that were used
{platform}#wait                  nothing at all is asked until `until`
{platform}#wait#{user_id}        the same for one user
user#{user_id}#{window}          calls that a user has asked for
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from functions.adapters.dynamo.failures import ConditionFailedError
from functions.adapters.dynamo.table import Table
from functions.domain.platforms.budgets import LIMITS, Limit, allowance
from functions.domain.platforms.windows import Window, minutes
from functions.domain.posts.post import Platform
from functions.domain.times import from_iso, to_iso

_SPEND: Final = "ADD used :units SET expires_at = :ends"
_IF_LEFT: Final = "attribute_not_exists(used) OR used <= :most"
_KEPT: Final = timedelta(days=1)
# Where the limit is near, the rest comes free bit by bit.
_LOOK_AGAIN: Final = 0.1
_SOONEST: Final = timedelta(minutes=1)
_TRIES: Final = 5


class DynamoBudgets:
    """`limits` are the platforms' own, unless an installation has others."""

    def __init__(self, table: str, limits: Mapping[Platform, tuple[Limit, ...]] = LIMITS) -> None:
        self._table, self._limits = Table(table, "budgets"), limits

    def blocked(self, platform: Platform, user_id: str, now: datetime) -> datetime | None:
        keys = [{"budget_key": key} for key in (_wait(platform), _wait(platform, user_id))]
        ends = [from_iso(row["until"]) for row in self._table.get_many(keys)]
        return max((until for until in ends if until > now), default=None)

    def block(self, platform: Platform, user_id: str | None, until: datetime) -> None:
        """The later end counts."""
        row = {
            "budget_key": _wait(platform, user_id),
            "until": to_iso(until),
            "expires_at": int((until + _KEPT).timestamp()),
        }
        condition = "attribute_not_exists(budget_key) OR #until < :until"
        try:
            self._table.put(row, condition, {":until": to_iso(until)}, {"#until": "until"})
        except ConditionFailedError:
            return

    def take(self, platform: Platform, posts: int, now: datetime) -> datetime | None:
        for limit in self._limits[platform]:
            window = limit.window(now)
            until = self._spend(platform, limit, window, limit.cost(posts), now)
            if until is not None:
                return until
        return None

    def charge(self, platform: Platform, calls: int, now: datetime) -> None:
        for limit in self._limits[platform]:
            if not limit.by_post:
                window = limit.window(now)
                ends = int((window.ends + _KEPT).timestamp())
                self._table.update(
                    {"budget_key": _count(platform, limit, window)},
                    "ADD used :calls SET expires_at = :ends",
                    "attribute_not_exists(used) OR used >= :none",
                    {":calls": calls, ":ends": ends, ":none": 0},
                )

    def left(self, platform: Platform, now: datetime) -> int | None:
        calls = [limit for limit in self._limits[platform] if not limit.by_post]
        if not calls:
            return None
        return min(self._left(platform, limit, limit.window(now), now) for limit in calls)

    def used(self, platform: Platform, now: datetime) -> float:
        shares = [
            self._used(platform, limit, limit.window(now)) / limit.units
            for limit in self._limits[platform]
        ]
        return max(shares, default=0.0)

    def grant(self, user_id: str, wanted: int, most: int, now: datetime) -> tuple[int, datetime]:
        """Of many that ask at once one may be granted less than there was: never more."""
        window = minutes(now, 60)
        for _ in range(_TRIES):
            granted = self._granted(user_id, wanted, most, window)
            if granted is not None:
                return granted, window.ends
        return 0, window.ends

    def _granted(self, user_id: str, wanted: int, most: int, window: Window) -> int | None:
        """None where somebody else came first."""
        key = {"budget_key": f"user#{user_id}#{window.name}"}
        row = self._table.get(key)
        granted = min(wanted, most - (int(row["used"]) if row else 0))
        if granted <= 0:
            return 0
        values = {
            ":units": granted,
            ":most": most - granted,
            ":ends": int((window.ends + _KEPT).timestamp()),
        }
        try:
            self._table.update(key, _SPEND, _IF_LEFT, values)
        except ConditionFailedError:
            return None
        return granted

    def _spend(
        self, platform: Platform, limit: Limit, window: Window, units: int, now: datetime
    ) -> datetime | None:
        """None where there was room; else when there may be."""
        most = allowance(limit.units, 0, window.elapsed(now))
        if units > most:
            return _later(window, now)
        values = {
            ":units": units,
            ":most": most - units,
            ":ends": int((window.ends + _KEPT).timestamp()),
        }
        try:
            self._table.update(
                {"budget_key": _count(platform, limit, window)},
                _SPEND,
                _IF_LEFT,
                values,
            )
        except ConditionFailedError:
            return _later(window, now)
        return None

    def _left(self, platform: Platform, limit: Limit, window: Window, now: datetime) -> int:
        return allowance(limit.units, self._used(platform, limit, window), window.elapsed(now))

    def _used(self, platform: Platform, limit: Limit, window: Window) -> int:
        row = self._table.get({"budget_key": _count(platform, limit, window)})
        return int(row["used"]) if row else 0


def _later(window: Window, now: datetime) -> datetime:
    """A tenth of the window on, or at its end."""
    step = max(_SOONEST, (window.ends - window.begins) * _LOOK_AGAIN)
    return min(window.ends, now + step)


def _count(platform: Platform, limit: Limit, window: Window) -> str:
    return f"{platform.value}#{limit.name}#{window.name}"


def _wait(platform: Platform, user_id: str | None = None) -> str:
    return f"{platform.value}#wait" + (f"#{user_id}" if user_id else "")
