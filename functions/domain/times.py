"""Time in two kinds: aware UTC for the calendar, whole milliseconds for media."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypeAlias

Milliseconds: TypeAlias = int


def utc_now() -> datetime:
    """The one clock of the handlers; services take `now` as an argument."""
    return datetime.now(UTC)


def to_iso(moment: datetime) -> str:
    """ISO 8601 with a fixed number of digits, so that text order is time order."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def from_iso(text: str) -> datetime:
    return datetime.fromisoformat(text)


def seconds(value: Milliseconds) -> float:
    """Milliseconds to the seconds that the API speaks."""
    return round(value / 1000, 3)
