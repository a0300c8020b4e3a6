"""Users whose posts are followed before the simulators: ticks of the schedule by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from functions.domain.platforms.accounts import SocialAccount
from functions.domain.platforms.budgets import LIMITS, Limit
from functions.domain.platforms.cadence import Cadence
from functions.domain.platforms.grouping import Batch
from functions.domain.platforms.syncing import SyncPlan, SyncPost
from functions.domain.posts.post import Platform, Post, new_post
from functions.services.posts.follow_account import AccountWork
from functions.services.posts.follow_posts import follow_posts
from functions.services.posts.fresh_tokens import Keyring, with_tokens
from functions.services.posts.plan_sync import plan_sync
from functions.services.posts.sync_posts import SyncOutcome, SyncTools, sync_posts
from tests.builders import make_segment
from tests.contract.social_lab import Lab
from tests.fakes.segments import FakeSegmentStore
from tests.fakes.social import FakeAccountStore, FakeBudgets, FakeSyncPosts
from tests.fakes.vault import FakeVault

TICK = timedelta(minutes=5)


@dataclass
class Feed:
    """Stores in memory; the platforms and their clock are the simulators'."""

    lab: Lab
    limits: Mapping[Platform, tuple[Limit, ...]] = field(default_factory=lambda: LIMITS)
    cadence: Cadence = field(default_factory=Cadence)
    accounts: FakeAccountStore = field(default_factory=FakeAccountStore)
    vault: FakeVault = field(default_factory=FakeVault)
    posts: FakeSyncPosts = field(default_factory=FakeSyncPosts)
    segments: FakeSegmentStore = field(default_factory=FakeSegmentStore)
    made: dict[Platform, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.budgets = FakeBudgets(self.limits)

    @property
    def keyring(self) -> Keyring:
        return Keyring(
            accounts=self.accounts,
            vault=self.vault,
            consents=self.lab.consents,
            clock=self.lab.now,
            sleep=lambda _: None,
        )

    @property
    def tools(self) -> SyncTools:
        return SyncTools(
            posts=self.posts,
            segments=self.segments,
            budgets=self.budgets,
            keyring=self.keyring,
            numbers=self.numbers,
            cadence=self.cadence,
            with_youtube=False,
            clock=self.lab.now,
        )

    @property
    def account_work(self) -> AccountWork:
        return AccountWork(
            accounts=self.accounts,
            posts=self.posts,
            segments=self.segments,
            with_youtube=False,
            clock=self.lab.now,
        )

    def numbers(self, platform: Platform) -> Any:
        if platform not in self.made:
            self.made[platform] = self.lab.numbers(platform)
        return self.made[platform]

    def connect(self, user_id: str, platform: Platform, account: str | None = None) -> str:
        """The id of the account there."""
        named = account or str(1_000 + len(self.accounts.rows))
        tokens = self.lab.tokens(platform, named)
        new = SocialAccount(
            user_id=user_id,
            platform=platform,
            account_id=named,
            connected_at=self.lab.now(),
            sealed="",
        )
        self.accounts.save(with_tokens(self.keyring, new, tokens))
        return named

    def link(
        self, user_id: str, platform: Platform, post_id: str, *, age: timedelta = TICK, **known: Any
    ) -> SyncPost:
        """A segment of its own, with a post that is there."""
        account = self.accounts.get(user_id, platform)
        owner = account.account_id if account else self.connect(user_id, platform)
        posted = self.lab.now() - age
        self.lab.put(platform, post_id, owner=owner, posted_at=posted.timestamp(), **known)
        usage = (new_post(platform, post_id, self.lab.now()),)
        segment_id = f"{user_id}-{platform}-{post_id}"
        made = make_segment(segment_id=segment_id, user_id=user_id, social_media_usage=usage)
        self.segments.create(made)
        self.follow(segment_id)
        (row,) = self.posts.of_segment(segment_id)
        return row

    def follow(self, segment_id: str) -> None:
        follow_posts(segment_id, self.segments, self.posts, self.lab.now())

    def plan(self, limit: int = 100_000) -> SyncPlan:
        return plan_sync(self.posts, self.budgets, limit=limit, now=self.lab.now())

    def run(self, plan: SyncPlan, batch: Batch) -> SyncOutcome:
        keys = [(post.segment_id, post.platform, post.post_id) for post in batch.posts]
        return sync_posts(self.tools, batch.user_id, batch.platform, keys, plan.planned_at)

    def tick(
        self, run: Callable[[SyncPlan, Batch], SyncOutcome] | None = None
    ) -> list[SyncOutcome]:
        """One tick of the schedule, and then the time until the next."""
        plan = self.plan()
        told = [(run or self.run)(plan, batch) for batch in plan.batches]
        self.lab.world.advance(TICK.total_seconds())
        return told

    def wait(self, time: timedelta) -> None:
        self.lab.world.advance(time.total_seconds())

    def post(self, row: SyncPost) -> Post:
        """As its segment has it."""
        segment = self.segments.get(row.segment_id)
        assert segment
        (found,) = segment.social_media_usage
        return found

    def row(self, row: SyncPost) -> SyncPost:
        return self.posts.rows[row.key]

    def due(self, row: SyncPost) -> datetime | None:
        return self.row(row).next_sync_at
