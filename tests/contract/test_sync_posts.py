"""Posts that are followed, and budgets: the tables beside their fakes."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from functions.adapters.dynamo.budgets import DynamoBudgets
from functions.adapters.dynamo.sync_posts import DynamoSyncPosts
from functions.domain.platforms.budgets import Limit
from functions.domain.platforms.syncing import Budgets, SyncPost, SyncPosts
from functions.domain.platforms.windows import Window, minutes
from functions.domain.posts.post import Platform
from tests.fakes.clock import EPOCH
from tests.fakes.social import FakeBudgets, FakeSyncPosts

HOUR = timedelta(hours=1)


@pytest.fixture(params=["fake", "dynamodb"])
def posts(request: pytest.FixtureRequest, tables: dict[str, str]) -> SyncPosts:
    if request.param == "fake":
        return FakeSyncPosts()
    return DynamoSyncPosts(tables["social_posts"])


def _post(fresh: str, number: int = 0, **known: object) -> SyncPost:
    made = SyncPost(
        segment_id=f"segment-{fresh}",
        user_id=f"user-{fresh}",
        platform=Platform.X,
        post_id=str(number),
        posted_at=EPOCH,
        next_sync_at=EPOCH,
        details={"media": "17"},
    )
    return replace(made, **known)  # type: ignore[arg-type]


def _one(posts: SyncPosts, post: SyncPost) -> SyncPost:
    (found,) = posts.get_many([post.key])
    return found


class TestSyncPosts:
    def test_given_a_post_when_saved_then_it_is_read_as_it_was(
        self, posts: SyncPosts, fresh: str
    ) -> None:
        post = _post(fresh, why="limit", absences=2, planned_at=EPOCH)

        assert posts.save(post)

        assert _one(posts, post) == replace(post, version=1)
        assert posts.of_segment(post.segment_id) == [replace(post, version=1)]

    def test_given_two_writers_of_one_version_when_both_save_then_the_second_does_not(
        self, posts: SyncPosts, fresh: str
    ) -> None:
        post = _post(fresh)
        assert posts.save(post)
        read = _one(posts, post)

        assert posts.save(replace(read, why="first"))

        assert not posts.save(replace(read, why="second"))
        assert not posts.save(post)
        assert _one(posts, post).why == "first"

    def test_given_posts_when_some_are_due_then_those_alone_are_found(
        self, posts: SyncPosts, fresh: str
    ) -> None:
        ahead = EPOCH + timedelta(days=3_650)
        for number in range(3):
            posts.save(_post(fresh, number))
        posts.save(_post(fresh, 3, next_sync_at=ahead))
        posts.save(_post(fresh, 4, next_sync_at=None))

        def mine(now: datetime) -> set[str]:
            return {row.post_id for row in posts.due(now, 10_000) if fresh in row.user_id}

        assert mine(EPOCH - HOUR) == set()
        assert mine(EPOCH) == {"0", "1", "2"}
        assert mine(ahead) == {"0", "1", "2", "3"}

    def test_given_a_limit_when_due_posts_are_asked_for_then_the_oldest_come_first(
        self, posts: SyncPosts, fresh: str
    ) -> None:
        long_ago = EPOCH - timedelta(days=3_650)
        for number in range(4):
            posts.save(_post(fresh, number, next_sync_at=long_ago - number * HOUR))

        found = [row.post_id for row in posts.due(long_ago, 8) if fresh in row.user_id]

        assert "3" in found

    def test_given_posts_of_platforms_when_a_users_are_listed_then_one_can_be_chosen(
        self, posts: SyncPosts, fresh: str
    ) -> None:
        for platform in Platform:
            posts.save(_post(fresh, platform=platform))
        posts.save(_post(f"{fresh}-other"))
        user = f"user-{fresh}"

        assert {row.platform for row in posts.of_user(user)} == set(Platform)
        assert [row.platform for row in posts.of_user(user, Platform.X)] == [Platform.X]

    def test_given_a_post_when_removed_then_it_is_gone_and_may_be_removed_again(
        self, posts: SyncPosts, fresh: str
    ) -> None:
        post = _post(fresh)
        posts.save(post)

        for _ in range(2):
            posts.remove(post)

        assert posts.get_many([post.key]) == []
        assert posts.save(post)


def _window(now: datetime) -> Window:
    return minutes(now, 60)


TEN = {platform: (Limit(name="calls", units=10, window=_window),) for platform in Platform}


@pytest.fixture(params=["fake", "dynamodb"])
def budgets(
    request: pytest.FixtureRequest, tables: dict[str, str], fresh: str
) -> tuple[Budgets, Mapping[Platform, tuple[Limit, ...]]]:
    """Limits under a name of this test's own."""
    limits = {
        platform: tuple(replace(one, name=f"{one.name}-{fresh}") for one in told)
        for platform, told in TEN.items()
    }
    if request.param == "fake":
        return FakeBudgets(limits), limits
    return DynamoBudgets(tables["budgets"], limits), limits


class TestBudgets:
    def test_given_a_limit_when_it_is_used_then_it_is_never_crossed_by_workers_that_race(
        self, budgets: tuple[Budgets, object]
    ) -> None:
        kept, _ = budgets

        with ThreadPoolExecutor(8) as pool:
            told = list(pool.map(lambda _: kept.take(Platform.X, 1, EPOCH), range(30)))

        assert told.count(None) == 8
        assert all(until is None or EPOCH < until <= EPOCH + HOUR for until in told)

    def test_given_a_limit_that_is_near_when_time_passes_then_the_rest_comes_bit_by_bit(
        self, budgets: tuple[Budgets, object]
    ) -> None:
        kept, _ = budgets
        for _ in range(8):
            assert kept.take(Platform.X, 1, EPOCH) is None

        assert kept.left(Platform.X, EPOCH) == 0
        assert kept.left(Platform.X, EPOCH + timedelta(minutes=30)) == 1
        assert kept.take(Platform.X, 1, EPOCH + timedelta(minutes=30)) is None
        assert kept.take(Platform.X, 1, EPOCH + timedelta(minutes=31)) is not None

    def test_given_a_limit_that_is_reached_when_the_window_is_over_then_it_is_whole_again(
        self, budgets: tuple[Budgets, object]
    ) -> None:
        kept, _ = budgets
        for _ in range(8):
            kept.take(Platform.X, 1, EPOCH)

        assert kept.take(Platform.X, 1, EPOCH + HOUR) is None
        assert kept.left(Platform.X, EPOCH + HOUR) == 7

    def test_given_tries_that_failed_when_charged_then_there_is_less_left(
        self, budgets: tuple[Budgets, object]
    ) -> None:
        kept, _ = budgets
        kept.charge(Platform.X, 3, EPOCH)
        kept.take(Platform.X, 1, EPOCH)

        assert kept.left(Platform.X, EPOCH) == 4
        kept.charge(Platform.X, 30, EPOCH)
        assert kept.left(Platform.X, EPOCH) == 0
        assert kept.take(Platform.X, 1, EPOCH) is not None

    def test_given_a_platform_that_says_wait_when_asked_then_nobody_is_asked_until_then(
        self, budgets: tuple[Budgets, object], fresh: str
    ) -> None:
        kept, _ = budgets
        # Of a year in which no other test waits.
        now = EPOCH + timedelta(days=int(fresh[:3], 16))
        kept.block(Platform.TIKTOK, None, now + HOUR)
        kept.block(Platform.TIKTOK, fresh, now + 2 * HOUR)
        kept.block(Platform.TIKTOK, fresh, now + HOUR)

        assert kept.blocked(Platform.TIKTOK, fresh, now) == now + 2 * HOUR
        assert kept.blocked(Platform.TIKTOK, f"{fresh}-other", now) == now + HOUR
        assert kept.blocked(Platform.TIKTOK, f"{fresh}-other", now + HOUR) is None
        assert kept.blocked(Platform.YOUTUBE, fresh, now) is None
