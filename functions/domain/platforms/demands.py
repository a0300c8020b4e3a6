"""Looks at posts that a user has asked for: what was asked, and how far it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil
from typing import Final, Protocol

from functions.domain.errors import CutroomError
from functions.domain.platforms.syncing import PLANNED_FOR

# So long progress can be asked for.
KEPT: Final = timedelta(days=7)
# Of what all users share, demands leave the schedule so much.
SPARE: Final = 0.5
# What was looked at so short a time ago is not looked at again.
FRESH: Final = timedelta(minutes=5)
COUNTS: Final = ("read", "missed", "failed", "waiting")


class DemandState(StrEnum):
    """`ended`: some of it was not done in its time; the schedule looks at that."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """`most` calls were granted. `batches` is None until it is planned; `left_out` are posts that
    were not looked at, since they were a moment ago, or since there is no room; `told` has what
    became of each batch, by its number."""

    user_id: str
    sync_id: str
    asked_at: datetime
    most: int
    segment_id: str | None = None
    batches: int | None = None
    posts: int = 0
    left_out: int = 0
    told: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def state(self, now: datetime) -> DemandState:
        if self.batches is not None and len(self.told) >= self.batches:
            return DemandState.DONE
        if now >= self.asked_at + PLANNED_FOR:
            return DemandState.ENDED
        return DemandState.QUEUED if self.batches is None else DemandState.RUNNING

    def count(self, name: str) -> int:
        return sum(batch.get(name, 0) for batch in self.told.values())


class TooManyLooksError(CutroomError):
    """`until` there are no more calls for this user."""

    status = 429

    def __init__(self, until: datetime, now: datetime) -> None:
        seconds = max(1, ceil((until - now).total_seconds()))
        says = (
            "You have asked for as many looks at posts as an hour holds; the schedule goes on. "
            f"Ask again in {seconds} s."
        )
        super().__init__("social.too_many_looks", says)
        self.helps_in = seconds


class Demands(Protocol):
    def create(self, demand: Demand) -> None:
        """Keep it for a while; a repeated write changes nothing."""

    def get(self, user_id: str, sync_id: str) -> Demand | None:
        """Read consistently."""

    def planned(self, demand: Demand) -> None:
        """Keep how many batches and posts it has; the first plan stays."""

    def tell(self, user_id: str, sync_id: str, batch: str, counts: Mapping[str, int]) -> None:
        """What became of a batch; the first telling stays."""


class DemandRuns(Protocol):
    def start(self, demand: Demand) -> None:
        """Have it planned and done; starting it again changes nothing."""
