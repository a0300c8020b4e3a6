"""Accounts on platforms, in memory; and platforms that agree to everything."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from functions.domain.codec import from_plain, to_plain
from functions.domain.errors import StaleWriteError
from functions.domain.platforms.accounts import PendingAsk, SocialAccount
from functions.domain.platforms.budgets import LIMITS, Limit, allowance
from functions.domain.platforms.demands import Demand
from functions.domain.platforms.errors import GrantRefusedError
from functions.domain.platforms.ports import Consents
from functions.domain.platforms.syncing import PostKey, SyncPost
from functions.domain.platforms.tokens import Ask, Granted, Tokens
from functions.domain.platforms.windows import minutes
from functions.domain.posts.post import Platform


class FakeAccountStore:
    def __init__(self) -> None:
        self.rows: dict[tuple[str, Platform], SocialAccount] = {}
        self.asks: dict[tuple[str, Platform], PendingAsk] = {}

    def get(self, user_id: str, platform: Platform) -> SocialAccount | None:
        return self.rows.get((user_id, platform))

    def of_user(self, user_id: str) -> list[SocialAccount]:
        return [row for (user, _), row in sorted(self.rows.items()) if user == user_id]

    def save(self, account: SocialAccount) -> SocialAccount:
        self._require(account)
        saved = replace(account, version=account.version + 1)
        self.rows[account.user_id, account.platform] = saved
        return saved

    def delete(self, account: SocialAccount) -> None:
        self._require(account)
        del self.rows[account.user_id, account.platform]

    def ask(self, pending: PendingAsk) -> None:
        self.asks[pending.user_id, pending.platform] = pending

    def take(self, user_id: str, platform: Platform, state_hash: str) -> PendingAsk | None:
        known = self.asks.get((user_id, platform))
        if known is None or known.state_hash != state_hash:
            return None
        return self.asks.pop((user_id, platform))

    def _require(self, account: SocialAccount) -> None:
        known = self.rows.get((account.user_id, account.platform))
        if (known.version if known else 0) != account.version:
            raise StaleWriteError("The account")


@dataclass
class FakeConsents:
    """Rotating refresh tokens, each good for once."""

    platform: Platform
    lives: timedelta = timedelta(hours=2)
    error: Exception | None = None
    before_answer: Callable[[], None] = lambda: None
    renewals: list[str | None] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)

    def address(self, ask: Ask) -> str:
        return f"https://{self.platform}.example/?state={ask.state}&challenge={ask.challenge}"

    def redeem(self, ask: Ask, code: str, now: datetime) -> Granted:
        if self.error:
            raise self.error
        if code != "good":
            raise GrantRefusedError(self.platform, "invalid_grant")
        return Granted(tokens=self._tokens(0, now), account_id="1000", name="Anna")

    def renew(self, tokens: Tokens, now: datetime) -> Tokens:
        if tokens.refresh in self.renewals:
            raise GrantRefusedError(self.platform, "used_twice")
        self.renewals.append(tokens.refresh)
        self.before_answer()
        if self.error:
            raise self.error
        return self._tokens(len(self.renewals), now)

    def revoke(self, tokens: Tokens) -> None:
        if self.error:
            raise self.error
        self.revoked.append(tokens.access)

    def _tokens(self, number: int, now: datetime) -> Tokens:
        return Tokens(
            access=f"access-{number}",
            refresh=f"refresh-{number}",
            access_expires_at=now + self.lives,
            scopes=("read",),
        )


class FakeSyncPosts:
    def __init__(self) -> None:
        self.rows: dict[PostKey, SyncPost] = {}
        self._lock = threading.Lock()

    def get_many(self, keys: Sequence[PostKey]) -> list[SyncPost]:
        return [self.rows[key] for key in keys if key in self.rows]

    def of_segment(self, segment_id: str) -> list[SyncPost]:
        return [row for row in self.rows.values() if row.segment_id == segment_id]

    def of_user(self, user_id: str, platform: Platform | None = None) -> list[SyncPost]:
        mine = [row for row in self.rows.values() if row.user_id == user_id]
        return [row for row in mine if platform in {None, row.platform}]

    def due(self, now: datetime, limit: int) -> list[SyncPost]:
        waiting = [
            row for row in self.rows.values() if row.next_sync_at and row.next_sync_at <= now
        ]
        return sorted(waiting, key=lambda row: (row.shard, row.next_sync_at))[:limit]

    def save(self, post: SyncPost) -> bool:
        with self._lock:
            known = self.rows.get(post.key)
            if (known.version if known else 0) != post.version:
                return False
            saved = replace(post, version=post.version + 1)
            self.rows[post.key] = from_plain(SyncPost, to_plain(saved))
            return True

    def remove(self, post: SyncPost) -> None:
        self.rows.pop(post.key, None)


class FakeBudgets:
    def __init__(self, limits: Mapping[Platform, tuple[Limit, ...]] = LIMITS) -> None:
        self.limits = limits
        self.units: dict[str, int] = {}
        self.waits: dict[tuple[Platform, str | None], datetime] = {}
        self._lock = threading.Lock()

    def blocked(self, platform: Platform, user_id: str, now: datetime) -> datetime | None:
        ends = [self.waits.get((platform, whose)) for whose in (None, user_id)]
        return max((until for until in ends if until and until > now), default=None)

    def block(self, platform: Platform, user_id: str | None, until: datetime) -> None:
        known = self.waits.get((platform, user_id), until)
        self.waits[platform, user_id] = max(known, until)

    def take(self, platform: Platform, posts: int, now: datetime) -> datetime | None:
        for limit in self.limits[platform]:
            window = limit.window(now)
            name = f"{platform}{limit.name}{window.name}"
            used, units = self.units.get(name, 0), limit.cost(posts)
            if units > allowance(limit.units, used, window.elapsed(now)):
                step = max(timedelta(minutes=1), (window.ends - window.begins) * 0.1)
                return min(window.ends, now + step)
            self.units[name] = used + units
        return None

    def charge(self, platform: Platform, calls: int, now: datetime) -> None:
        for limit in self.limits[platform]:
            if not limit.by_post:
                name = f"{platform}{limit.name}{limit.window(now).name}"
                self.units[name] = self.units.get(name, 0) + calls

    def left(self, platform: Platform, now: datetime) -> int | None:
        calls = [limit for limit in self.limits[platform] if not limit.by_post]
        left = []
        for limit in calls:
            window = limit.window(now)
            used = self.units.get(f"{platform}{limit.name}{window.name}", 0)
            left.append(allowance(limit.units, used, window.elapsed(now)))
        return min(left, default=None)

    def used(self, platform: Platform, now: datetime) -> float:
        shares = [
            self.used_of(f"{platform}{limit.name}{limit.window(now).name}") / limit.units
            for limit in self.limits[platform]
        ]
        return max(shares, default=0.0)

    def grant(self, user_id: str, wanted: int, most: int, now: datetime) -> tuple[int, datetime]:
        window = minutes(now, 60)
        name = f"user#{user_id}#{window.name}"
        with self._lock:
            granted = max(0, min(wanted, most - self.used_of(name)))
            self.units[name] = self.used_of(name) + granted
        return granted, window.ends

    def used_of(self, name: str) -> int:
        return self.units.get(name, 0)


class FakeDemands:
    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], Demand] = {}
        self._lock = threading.Lock()

    def create(self, demand: Demand) -> None:
        self.rows.setdefault((demand.user_id, demand.sync_id), demand)

    def get(self, user_id: str, sync_id: str) -> Demand | None:
        return self.rows.get((user_id, sync_id))

    def planned(self, demand: Demand) -> None:
        known = self.rows.get((demand.user_id, demand.sync_id))
        if known is not None and known.batches is None:
            self.rows[demand.user_id, demand.sync_id] = replace(demand, told=known.told)

    def tell(self, user_id: str, sync_id: str, batch: str, counts: Mapping[str, int]) -> None:
        with self._lock:
            known = self.rows.get((user_id, sync_id))
            if known is not None and f"b{batch}" not in known.told:
                told = {**known.told, f"b{batch}": dict(counts)}
                self.rows[user_id, sync_id] = replace(known, told=told)


class FakeDemandRuns:
    def __init__(self) -> None:
        self.started: list[Demand] = []

    def start(self, demand: Demand) -> None:
        self.started.append(demand)


class FakePlatforms:
    """Consents of all platforms."""

    def __init__(self) -> None:
        self.known = {platform: FakeConsents(platform) for platform in Platform}

    def __call__(self, platform: Platform) -> Consents:
        return self.known[platform]
