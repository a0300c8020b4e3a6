"""How one number of one platform's posts grew, day by day: arithmetic on its sum and its gains.

What it stood at by the end of a day is what it is now, less what came since. A growth is None, not
zero, where the number was not known by then, and where nobody has told any since.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date

from functions.domain.analytics.period import Period
from functions.domain.posts.history import Gain, PlatformSums


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What a number grew and fell by in a stretch of time, and what it was at its end."""

    gained: int | None = None
    lost: int | None = None
    total: int | None = None


UNKNOWN = Point()


class Growth:
    """`gains` are of that platform, and reach from the first day that is asked for to `today`."""

    def __init__(self, metric: str, sums: PlatformSums, gains: Iterable[Gain], today: date) -> None:
        self._is_known = sums.known.get(metric, 0) > 0
        self._total = sums.numbers.get(metric, 0)
        self._today = today
        at = sums.synced_at
        self._told = at.astimezone(UTC).date() if at else None
        self._days: dict[date, tuple[int, int]] = {}
        for gain in gains:
            if metric in gain.numbers or metric in gain.lost:
                up, down = self._days.get(gain.day, (0, 0))
                up, down = up + gain.numbers.get(metric, 0), down + gain.lost.get(metric, 0)
                self._days[gain.day] = up, down

    def over(self, period: Period) -> Point:
        """Of all its days."""
        if not self._is_known:
            return UNKNOWN
        since = sum(up - down for day, (up, down) in self._days.items() if day > period.last)
        rows = [pair for day, pair in self._days.items() if period.holds(day)]
        return self._point(rows, self._total - since, period)

    def by_day(self, period: Period) -> list[Point]:
        """Of each of its days, in their order."""
        if not self._is_known:
            return [UNKNOWN] * period.days
        stood = self._total
        stood -= sum(up - down for day, (up, down) in self._days.items() if day > period.last)
        points = []
        for day in reversed(list(period.every_day())):
            rows = [self._days[day]] if day in self._days else []
            points.append(self._point(rows, stood, Period(day, day)))
            stood -= sum(up - down for up, down in rows)
        return points[::-1]

    def _point(self, rows: list[tuple[int, int]], stood: int, period: Period) -> Point:
        """`stood` is what it was at the period's end."""
        # Of a zero in the past nobody knows whether it had been told by then.
        known = period.last >= self._today or stood > 0
        told = self._told is not None and self._told >= period.first
        if rows:
            gained, lost = sum(up for up, _ in rows), sum(down for _, down in rows)
            return Point(gained=gained, lost=lost, total=stood)
        return Point(gained=0, lost=0, total=stood) if known and told else UNKNOWN
