"""When a post is looked at again: often while it is young, seldom later, and then no more."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from functions.domain.posts.post import Platform

FIRST_RETRY = timedelta(minutes=5)
LAST_RETRY = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Step:
    """Up to an age, a post is looked at every so often."""

    until: timedelta
    every: timedelta


STEPS = (
    Step(timedelta(days=1), timedelta(hours=1)),
    Step(timedelta(days=7), timedelta(hours=6)),
    Step(timedelta(days=30), timedelta(days=1)),
    Step(timedelta(days=90), timedelta(days=7)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """Steps by rising age. Platforms of `daily` bill by post and day (UTC): theirs are looked at
    once in one. Raises ValueError for steps that do not rise, or that would never wait."""

    steps: Sequence[Step] = STEPS
    daily: frozenset[Platform] = field(default=frozenset({Platform.X}))

    def __post_init__(self) -> None:
        ages = [step.until for step in self.steps]
        rising = all(one < other for one, other in pairwise(ages))
        waits = all(step.every > timedelta(0) for step in self.steps)
        if not self.steps or not rising or not waits or ages[0] <= timedelta(0):
            raise ValueError("steps of a cadence are by rising age, each with some time to wait")

    def next(self, platform: Platform, posted_at: datetime, now: datetime) -> datetime | None:
        """When a post that is looked at now is due again; None once it is too old.

        One that is planned for later is due a first time when its first step has passed.
        """
        if posted_at > now:
            return posted_at + self.steps[0].every
        step = next((step for step in self.steps if now - posted_at < step.until), None)
        if step is None:
            return None
        due = now + step.every
        return max(due, next_day(now)) if platform in self.daily else due


def next_day(now: datetime) -> datetime:
    """The beginning of the next day in UTC."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=1)


def retry_at(key: str, failures: int, now: datetime) -> datetime:
    """After so many failures in a row: twice as long each time, up to some hours, and spread by the
    key, so that what failed together does not come back together."""
    doubled: timedelta = min(FIRST_RETRY * (1 << min(max(failures, 1) - 1, 20)), LAST_RETRY)
    share = int.from_bytes(hashlib.sha256(f"{key}\x1f{failures}".encode()).digest()[:4]) / 2**32
    return now + doubled * (0.75 + 0.5 * share)
