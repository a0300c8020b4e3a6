"""Posts that are followed: when each is due, and what became of the last look at it."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Protocol

from functions.domain.platforms.cadence import Cadence, retry_at
from functions.domain.platforms.grouping import Batch
from functions.domain.posts.post import Platform

SHARDS: Final = 8
# Longer than all tries of a batch take: then it is due again, whoever had it.
PLANNED_FOR: Final = timedelta(minutes=45)
# So many looks in a row have to miss a post before it is said to be gone.
ABSENCES: Final = 3
PostKey = tuple[str, Platform, str]
"""Segment, platform, post."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncPost:
    """`next_sync_at` is None for one that is too old, or whose account cannot be read. While it is
    planned, that is the end of the plan's lease. `begun`: a look was planned since it was linked:
    its numbers may be the platform's. `details` are what its platform's adapter knows of it;
    `why` is what kept the last look from telling its numbers."""

    segment_id: str
    user_id: str
    platform: Platform
    post_id: str
    posted_at: datetime
    next_sync_at: datetime | None = None
    planned_at: datetime | None = None
    begun: bool = False
    synced_at: datetime | None = None
    details: Mapping[str, str] = field(default_factory=dict)
    absences: int = 0
    failures: int = 0
    why: str | None = None
    version: int = 0

    @property
    def key(self) -> PostKey:
        return self.segment_id, self.platform, self.post_id

    @property
    def shard(self) -> str:
        """One of an account's posts lie in one shard, so that they are found together."""
        text = f"{self.user_id}#{self.platform}"
        return str(zlib.crc32(text.encode()) % SHARDS)

    def planned(self, at: datetime) -> SyncPost:
        return replace(self, planned_at=at, next_sync_at=at + PLANNED_FOR, begun=True)

    def seen(self, at: datetime, cadence: Cadence, details: Mapping[str, str]) -> SyncPost:
        """Its numbers were told."""
        due = cadence.next(self.platform, self.posted_at, at)
        return replace(
            self._settled(due), synced_at=at, details=details, absences=0, failures=0, why=None
        )

    def missed(self, at: datetime, cadence: Cadence, why: str | None) -> SyncPost:
        """It was not there. It may be back: it is looked for as before."""
        due = cadence.next(self.platform, self.posted_at, at)
        return replace(self._settled(due), absences=self.absences + 1, failures=0, why=why)

    def failed(self, at: datetime, why: str | None) -> SyncPost:
        """Nothing was told this time. What failed together is tried again together."""
        failures = self.failures + 1
        due = retry_at(f"{self.user_id}#{self.platform}", failures, at)
        return replace(self._settled(due), failures=failures, why=why)

    def postponed(self, until: datetime, why: str) -> SyncPost:
        """Its turn comes later, by no fault of its own."""
        return replace(self._settled(until), why=why)

    def paused(self, why: str) -> SyncPost:
        """Until its account is connected again."""
        return replace(self._settled(None), why=why)

    def forgotten(self, due: datetime | None) -> SyncPost:
        """As it was when it was linked: its account was disconnected."""
        why = None if due else "disconnected"
        fresh = self._settled(due)
        return replace(
            fresh, begun=False, synced_at=None, details={}, absences=0, failures=0, why=why
        )

    def _settled(self, due: datetime | None) -> SyncPost:
        return replace(self, planned_at=None, next_sync_at=due)


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncPlan:
    """`oldest` is when the first of what was due had its time, by platform."""

    planned_at: datetime
    batches: tuple[Batch, ...]
    postponed: int = 0
    oldest: Mapping[Platform, datetime] = field(default_factory=dict)


class SyncRuns(Protocol):
    def start(self, plan: SyncPlan) -> None:
        """Have its batches done; starting it again changes nothing."""


class SyncPosts(Protocol):
    """Every write is over the version that was read, or not at all."""

    def get_many(self, keys: Sequence[PostKey]) -> list[SyncPost]:
        """Those that exist, in any order, read consistently."""

    def of_segment(self, segment_id: str) -> list[SyncPost]:
        """All of a segment, read consistently."""

    def of_user(self, user_id: str, platform: Platform | None = None) -> Iterable[SyncPost]:
        """All of a user, perhaps of one platform."""

    def due(self, now: datetime, limit: int) -> list[SyncPost]:
        """Those whose time has come, the oldest first, shard by shard."""

    def save(self, post: SyncPost) -> bool:
        """False where it is not as it was read any more; a new one has version 0."""

    def remove(self, post: SyncPost) -> None:
        """Fine for one that is gone."""


class Budgets(Protocol):
    """What has been used of limits that all users share, and who has to wait."""

    def blocked(self, platform: Platform, user_id: str, now: datetime) -> datetime | None:
        """Until when nothing is asked for this user; None if it may be."""

    def block(self, platform: Platform, user_id: str | None, until: datetime) -> None:
        """Ask nothing until then: of the platform at all, or for one user."""

    def take(self, platform: Platform, posts: int, now: datetime) -> datetime | None:
        """Use what one call for so many posts costs; where there is no more, when to come back."""

    def charge(self, platform: Platform, calls: int, now: datetime) -> None:
        """Calls that were made beyond those that were taken: tries that failed count as well."""

    def left(self, platform: Platform, now: datetime) -> int | None:
        """Calls that may be made now by what has been used; None where nothing is counted."""

    def used(self, platform: Platform, now: datetime) -> float:
        """The share of the limit that is used most, from 0; 0 where nothing is counted."""

    def grant(self, user_id: str, wanted: int, most: int, now: datetime) -> tuple[int, datetime]:
        """Calls that a user may ask for beside the schedule, of `most` in an hour: as many as are
        wanted or left, and when there are more."""
