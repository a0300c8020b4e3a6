"""What analytics cost: rows and calls, whatever the number of segments; and what a push writes."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest

from functions.adapters.aws import client
from functions.adapters.dynamo.counters import DynamoSegmentCounters
from functions.adapters.dynamo.items import encode_item
from functions.adapters.dynamo.transaction import Transaction
from functions.domain.posts.post import Platform, Post, new_post
from functions.domain.segments.query import SortBy
from functions.domain.segments.segment import Segment
from functions.services.posts.analytics import (
    Asked,
    post_analytics,
    segment_analytics,
    user_analytics,
    video_analytics,
)
from functions.services.posts.push_metrics import PushedNumbers, push_metrics
from tests.builders import make_caller, make_segment, make_video
from tests.contract.counting import Counted, in_tables, save, started
from tests.contract.test_post_lists import reads
from tests.fakes.videos import FakeVideoStore

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
YEARS = 3 * 366 + 366


@dataclass(frozen=True)
class Busy:
    """A user with a gain on each day of four years on one platform, and a video with as many."""

    user_id: str
    video_id: str
    counted: Counted

    @property
    def caller(self) -> Any:
        return make_caller(self.user_id)


@pytest.fixture(scope="module")
def busy(tables: dict[str, str]) -> Busy:
    user_id, video_id = uuid.uuid4().hex, uuid.uuid4().hex
    days = [NOW.date() - ago * DAY for ago in range(YEARS)]
    rows = []
    for owner in (f"user#{user_id}", f"video#{video_id}"):
        sums = {"posts": 9, "views": 10**6, "views_known": 9}
        rows.append({**_key(owner, "social#x"), **sums})
        rows += [{**_key(owner, f"day#{day}#x"), "views": 3} for day in days]
    for start in range(0, len(rows), 25):
        puts = [{"PutRequest": {"Item": encode_item(row)}} for row in rows[start : start + 25]]
        client("dynamodb").batch_write_item(RequestItems={tables["counters"]: puts})
    return Busy(user_id, video_id, in_tables(tables))


def _key(owner: str, name: str) -> dict[str, str]:
    return {"counter_of": owner, "counter_name": name}


def _user(busy: Busy, asked: Asked) -> Any:
    return user_analytics(
        busy.caller,
        asked,
        rank_by=SortBy.VIEWS,
        top=5,
        segments=busy.counted.store,
        counters=busy.counted.counters,
        now=NOW,
    ).overview


def _video(busy: Busy, asked: Asked) -> Any:
    videos = FakeVideoStore()
    videos.create(make_video(video_id=busy.video_id, user_id=busy.user_id))
    return video_analytics(
        busy.caller,
        busy.video_id,
        asked,
        videos=videos,
        counters=busy.counted.counters,
        now=NOW,
    )


class TestReads:
    @pytest.mark.parametrize("look", [_user, _video])
    def test_given_years_of_every_day_when_thirty_are_looked_at_then_only_those_and_as_many_before(
        self, busy: Busy, look: Any
    ) -> None:
        with reads() as found:
            told = look(busy, Asked(30, with_youtube=True, by_day=True))

        assert told.totals.figures["views"].gained == 30 * 3
        assert told.totals.figures["views"].gained_before == 30 * 3
        assert sum(rows.read for rows in found) == 1 + 2 * 30
        assert sum(rows.units for rows in found) <= 8
        # Sums, days, eight shards of counts in one, and two rankings of the known and the unknown.
        assert len(found) <= 7

    @pytest.mark.parametrize("look", [_user, _video])
    def test_given_the_longest_and_oldest_period_when_looked_at_then_it_is_within_what_is_said(
        self, busy: Busy, look: Any
    ) -> None:
        first = NOW.date() - 1_096 * DAY
        asked = Asked(None, with_youtube=True, first=first, last=first + 365 * DAY, by_day=True)

        with reads() as found:
            told = look(busy, asked)

        assert told.period.days == 366
        assert len(told.totals.series["views"]) == 366
        # Of each platform.
        assert sum(rows.read for rows in found) <= 1 + 1_096 + 366 + 1
        assert sum(rows.units for rows in found) <= 25

    def test_given_a_post_among_many_when_looked_at_then_its_own_days_are_read(
        self, busy: Busy, fresh: str
    ) -> None:
        counted = busy.counted
        posts = [new_post(Platform.X, str(at), NOW).told({"views": at}, NOW) for at in range(1, 9)]
        segment = save(counted, started(counted, fresh), *posts)
        asked = Asked(30, with_youtube=True)
        stores = {"segments": counted.store, "counters": counted.counters, "now": NOW}

        with reads() as one:
            post_analytics(make_caller(fresh), segment.segment_id, ("x", "3"), asked, **stores)
        with reads() as every:
            segment_analytics(make_caller(fresh), segment.segment_id, asked, **stores)

        assert [rows.read for rows in one] == [1]
        assert [rows.read for rows in every] == [1]


@contextmanager
def transactions() -> Iterator[list[int]]:
    """How many rows each transaction meanwhile wrote."""
    found: list[int] = []
    whole = Transaction.commit

    def told(self: Transaction) -> None:
        found.append(len(self._writes))
        whole(self)

    with patch.object(Transaction, "commit", told):
        yield found


def _posts(days: date, count: int, platforms: list[Platform]) -> list[Post]:
    """Each posted on a day of its own, of some numbers told before and some not."""
    return [
        replace(
            new_post(platforms[at % len(platforms)], str(at), NOW),
            posted_at=datetime.combine(days - at * DAY, NOW.time(), UTC),
        ).told({"views": 1}, NOW - 2 * DAY)
        for at in range(count)
    ]


class TestPush:
    def test_given_the_most_that_a_push_can_change_when_pushed_then_it_fits_a_transaction(
        self, busy: Busy, fresh: str
    ) -> None:
        counted = busy.counted
        posts = _posts(NOW.date() - 5 * DAY, 20, list(Platform))
        segment = counted_segment(counted, fresh, posts)
        items = [
            PushedNumbers(
                segment_id=segment.segment_id,
                platform=post.platform,
                post_id=post.post_id,
                numbers={"views": 9, "likes": 3, "shares": 2, "comments": 1},
                collected_at=NOW - at % 2 * DAY,
                source="bench",
            )
            for at, post in enumerate(posts)
        ]

        with transactions() as found:
            outcomes = push_metrics(
                make_caller(fresh), items, segments=counted.store, now=NOW, with_youtube=False
            )

        assert [one.error for one in outcomes] == [None] * 20
        assert len(found) == 4
        assert max(found) <= 100
        first, last = NOW.date() - 60 * DAY, NOW.date()
        counters = DynamoSegmentCounters(counted.counters._table.name)  # type: ignore[attr-defined]
        for days in (
            counters.user_days(fresh, first, last),
            counters.video_days(segment.video_id, first, last),
            counters.segment_days(segment.segment_id, first, last),
        ):
            assert sum(day.numbers.get("views", 0) for day in days) == 20 * 9
            assert sum(day.numbers.get("likes", 0) for day in days) == 20 * 3

    def test_given_ten_posts_of_a_sync_when_all_their_numbers_are_new_then_they_fit_a_transaction(
        self, busy: Busy, fresh: str
    ) -> None:
        """As many as a sync writes at once."""
        counted = busy.counted
        posts = _posts(NOW.date() - 5 * DAY, 10, [Platform.X])
        segment = counted_segment(counted, fresh, posts)
        full = {"views": 9, "likes": 3, "shares": 2, "comments": 1}

        with transactions() as found:
            save(counted, segment, *(post.told(full, NOW) for post in posts))

        assert max(found) <= 100


def counted_segment(counted: Counted, user_id: str, posts: list[Post]) -> Segment:
    segment = make_segment(user_id=user_id, video_id=f"{user_id}-video")
    counted.store.create(segment)
    for start in range(5, len(posts) + 5, 5):
        segment = save(counted, segment, *posts[:start])
    return segment
