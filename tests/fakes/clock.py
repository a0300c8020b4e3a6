"""A clock that tests set and move."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

EPOCH = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class FakeClock:
    """Each look is a second later than the one before, so that no two moments are alike."""

    def __init__(self, start: datetime = EPOCH) -> None:
        self.now = start

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def pass_seconds(self, seconds: float) -> None:
        """Somebody sleeps."""
        self.now += timedelta(seconds=seconds)
