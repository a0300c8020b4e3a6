"""Many users with posts on all five platforms, before the simulators, and ticks of the schedule."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from functions.domain.platforms.budgets import LIMITS
from functions.domain.platforms.grouping import Batch, least_calls
from functions.domain.platforms.syncing import SyncPlan, SyncPost
from functions.domain.posts.post import Platform, new_post
from functions.services.posts.sync_posts import SyncOutcome
from tests.builders import make_segment
from tests.contract.social_feed import TICK, Feed

# Looked at once a week, so that each post has its turn once in what is measured.
AGE = timedelta(days=40)
EACH = len(Platform)


class Killed(BaseException):
    """No worker survives it."""


@dataclass
class Crowd:
    """`kill` is the share of workers that are killed at one of their writes."""

    feed: Feed
    posts: int
    users: int
    kill: float = 0.0
    dice: random.Random = field(default_factory=lambda: random.Random(11))
    killed: int = 0
    ticks: int = 0

    def fill(self) -> None:
        """Segments that are each posted on every platform; users have few or many."""
        weights = [self.dice.uniform(0.02, 2) for _ in range(self.users)]
        left = self.posts // EACH
        for at, weight in enumerate(weights):
            rest = sum(weights[at:])
            mine = left if at == self.users - 1 else round(left * weight / rest)
            left -= mine
            self._user(f"user-{at:04}", 1_000 + at, mine)

    def _user(self, user: str, account: int, segments: int) -> None:
        for platform in Platform:
            self.feed.connect(user, platform, str(account))
        now = self.feed.lab.now()
        for number in range(segments):
            ids = {platform: _id(platform, account, number) for platform in Platform}
            usage = tuple(new_post(platform, one, now) for platform, one in ids.items())
            name = f"{user}-{number:04}"
            made = make_segment(segment_id=name, user_id=user, social_media_usage=usage)
            self.feed.segments.create(made)
            for platform, post_id in ids.items():
                posted = (now - AGE).timestamp()
                self.feed.lab.put(platform, post_id, owner=str(account), posted_at=posted)
                row = SyncPost(
                    segment_id=name,
                    user_id=user,
                    platform=platform,
                    post_id=post_id,
                    posted_at=now - AGE,
                    next_sync_at=now,
                )
                self.feed.posts.save(row)

    @property
    def rows(self) -> list[SyncPost]:
        return list(self.feed.posts.rows.values())

    @property
    def unread(self) -> list[SyncPost]:
        return [row for row in self.rows if row.synced_at is None]

    @property
    def least(self) -> int:
        return least_calls(Counter((row.user_id, row.platform) for row in self.rows))

    @property
    def calls(self) -> int:
        """Those that asked for posts; tokens are renewed beside them, as time goes."""
        return sum(1 for call in self.feed.lab.world.seen if call.ids)

    @property
    def renewals(self) -> int:
        return len(self.feed.lab.world.seen) - self.calls

    def tick(self) -> None:
        self.ticks += 1
        self.feed.tick(self._run)

    def _run(self, plan: SyncPlan, batch: Batch) -> SyncOutcome:
        if not self.kill or self.dice.random() >= self.kill:
            return self.feed.run(plan, batch)
        left = self.dice.randrange(2 * len(batch.posts))
        saves = self.feed.segments.save, self.feed.posts.save

        def counted(save: Any) -> Any:
            def saving(*told: Any, **more: Any) -> Any:
                nonlocal left
                left -= 1
                if left < 0:
                    raise Killed
                return save(*told, **more)

            return saving

        segments: Any = self.feed.segments
        posts: Any = self.feed.posts
        segments.save, posts.save = map(counted, saves)
        try:
            return self.feed.run(plan, batch)
        except Killed:
            self.killed += 1
            return SyncOutcome()
        finally:
            segments.save, posts.save = saves

    def lost(self) -> list[str]:
        """Segments with a number that is not what the platform has, or sums that differ."""
        wrong = []
        for segment in self.feed.segments.all():
            views = {post.views.value for post in segment.social_media_usage}
            if views != {1_204}:
                wrong.append(segment.segment_id)
        gained = Counter[Platform]()
        for _, gain, _ in self.feed.segments.gains:
            gained[gain.platform] += gain.numbers.get("views", 0)
        each = len(self.feed.segments.all()) * 1_204
        return wrong + [f"{name}: {gained[name]}" for name in Platform if gained[name] != each]

    def crossed(self) -> list[str]:
        """Windows in which more was asked than the platforms allow, and refusals for that."""
        used = Counter[tuple[Platform, str, str]]()
        most = {}
        for call in self.feed.lab.world.seen:
            platform = Platform(call.platform)
            at = self.feed.lab.now().fromtimestamp(call.at, tz=self.feed.lab.now().tzinfo)
            for limit in LIMITS[platform]:
                key = (platform, limit.name, limit.window(at).name)
                used[key] += limit.cost(len(call.ids))
                most[key] = limit.units
        over = [f"{key}: {number}" for key, number in used.items() if number > most[key]]
        refused = Counter(call.status for call in self.feed.lab.world.seen)
        return over + [f"429 x {refused[429]}"] * bool(refused[429])


def _id(platform: Platform, account: int, number: int) -> str:
    if platform is Platform.FACEBOOK:
        return f"{account}_{number}"
    return f"{account}{number:05}"


def hours(count: float) -> int:
    """Ticks of so many hours."""
    return int(count * 3_600 / TICK.total_seconds())
