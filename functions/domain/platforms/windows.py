"""The stretches of time in which platforms count: each with a name, a beginning and an end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """`name` is the same for everybody who counts in it."""

    name: str
    begins: datetime
    ends: datetime

    def elapsed(self, now: datetime) -> float:
        """The share of it that is over, from 0 to 1."""
        return min(1.0, max(0.0, (now - self.begins) / (self.ends - self.begins)))


def minutes(now: datetime, length: int) -> Window:
    """Whole stretches of so many minutes since 1970."""
    step = length * 60
    began = int(now.timestamp()) // step * step
    begins = datetime.fromtimestamp(began, UTC)
    return Window(f"m{length}#{began}", begins, begins + timedelta(seconds=step))


def month(now: datetime) -> Window:
    """The calendar month in UTC."""
    first = now.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    ends = (first + timedelta(days=32)).replace(day=1)
    return Window(f"month#{first:%Y-%m}", first, ends)


def pacific_day(now: datetime) -> Window:
    """From midnight to midnight in Los Angeles, by the law of 2007 (15 U.S.C. 260a): summer time
    from the second Sunday of March to the first of November. A day may have 23 or 25 hours."""
    today = _pacific_date(now)
    return Window(f"pacific#{today}", _midnight(today), _midnight(today + _DAY))


def _pacific_date(now: datetime) -> date:
    utc = now.astimezone(UTC)
    guess = (utc - timedelta(hours=8)).date()
    # It is a day later already where summer time makes it so.
    return guess + _DAY if utc >= _midnight(guess + _DAY) else guess


def _midnight(day: date) -> datetime:
    """The clock is changed at two in the morning: at midnight it is still as it was."""
    summer = _sunday(day.year, 3, 2) < day <= _sunday(day.year, 11, 1)
    return datetime.combine(day, time(7 if summer else 8), UTC)


def _sunday(year: int, month_number: int, which: int) -> date:
    first = date(year, month_number, 1)
    return first + timedelta(days=(6 - first.weekday()) % 7 + 7 * (which - 1))
