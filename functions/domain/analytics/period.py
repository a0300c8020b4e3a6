"""Stretches of whole days, and which of them may be asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from functions.domain.errors import FieldError, InvalidInputError

LONGEST: Final = 366
"""Days of one period."""
FARTHEST: Final = 1_096
"""Days back from today at which a period may begin: three years."""
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days, both included; in UTC unless it is said otherwise."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def before(self) -> Period:
        """The period of the same length that ends where this one begins."""
        return last_days(self.first - _DAY, self.days)

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last

    def every_day(self) -> Iterator[date]:
        return (self.first + at * _DAY for at in range(self.days))


def last_days(last: date, days: int) -> Period:
    return Period(last - timedelta(days=days - 1), last)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedDays:
    """Either the last so many days up to today, or from a day to another; neither is `usual`."""

    days: int | None = None
    first: date | None = None
    last: date | None = None
    usual: int = 28

    def period(self, today: date, *, longest: int = LONGEST) -> Period:
        """Raises InvalidInputError, all flaws at once."""
        flaws = list(self._flaws(today, longest))
        if flaws:
            says = "The request is not valid; `errors` names each place."
            raise InvalidInputError("request.invalid", says, fields=tuple(flaws))
        if self.first is not None and self.last is not None:
            return Period(self.first, self.last)
        return last_days(today, self.days or self.usual)

    def _flaws(self, today: date, longest: int) -> Iterator[FieldError]:
        first, last = self.first, self.last
        if self.days is not None and self.days > longest:
            yield FieldError("/days", "too_long", f"It may be {longest} days.")
        if self.days is not None and (first or last):
            yield FieldError("/days", "not_together", "Give either days, or from and to.")
        if first is not None and last is not None:
            yield from _bounds(first, last, today, longest)
        elif first or last:
            name = "/to" if first else "/from"
            yield FieldError(name, "missing", "from and to go together.")


def _bounds(first: date, last: date, today: date, longest: int) -> Iterator[FieldError]:
    # It may be tomorrow already where the caller is.
    if last > today + _DAY:
        yield FieldError("/to", "in_future", "Nothing is known of the future.")
    if first < today - FARTHEST * _DAY:
        yield FieldError("/from", "too_early", f"It may be {FARTHEST} days back.")
    if first > last:
        yield FieldError("/to", "before_from", "to is before from.")
    elif (last - first).days >= longest:
        yield FieldError("/to", "too_long", f"From first to last day it may be {longest} days.")
