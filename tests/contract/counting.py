"""A store of segments together with what counts them, for the tests of counts and sums."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from unittest.mock import patch

import pytest

from functions.adapters.aws import client
from functions.adapters.dynamo.counters import DynamoSegmentCounters
from functions.adapters.dynamo.segments import DynamoSegmentStore
from functions.adapters.dynamo.snapshots import LATEST
from functions.adapters.dynamo.table import Rows, Table
from functions.domain.ports import SegmentCounters, SegmentStore
from functions.domain.posts.history import Gain, PlatformSums
from functions.domain.posts.post import Platform, Post, new_post, totals
from functions.domain.segments.counts import SegmentCounts
from functions.domain.segments.segment import Segment, SegmentType
from tests.builders import make_segment
from tests.fakes.clock import EPOCH
from tests.fakes.segments import FakeSegmentCounters, FakeSegmentStore

FIRST, LAST = date(2000, 1, 1), date(2099, 12, 31)
THREADS = 32


@dataclass(frozen=True, slots=True)
class Counted:
    store: SegmentStore
    counters: SegmentCounters

    def everything(self, user_id: str, video_id: str, *segment_ids: str) -> list[Any]:
        """All that is counted, to see whether anything moved."""
        return [
            self.counters.of_user(user_id),
            self.counters.of_video(video_id),
            self.sums(user_id),
            self.user_days(user_id),
            self.counters.video_sums(video_id),
            self.video_days(video_id),
            *(self.segment_days(segment_id) for segment_id in segment_ids),
        ]

    def counts(self, user_id: str, video_id: str) -> tuple[SegmentCounts, SegmentCounts]:
        return self.counters.of_user(user_id), self.counters.of_video(video_id)

    def sums(self, user_id: str) -> list[PlatformSums]:
        return self.counters.sums(user_id)

    def user_days(self, user_id: str) -> list[Gain]:
        return self.counters.user_days(user_id, FIRST, LAST)

    def segment_days(self, segment_id: str) -> list[Gain]:
        return self.counters.segment_days(segment_id, FIRST, LAST)

    def video_days(self, video_id: str) -> list[Gain]:
        return self.counters.video_days(video_id, FIRST, LAST)

    def post_days(self, segment: Segment) -> list[Gain]:
        """Of all of a segment's posts."""
        return [
            gain
            for post in segment.social_media_usage
            for gain in self.counters.post_days(segment.segment_id, post, FIRST, LAST)
        ]


def in_memory() -> Counted:
    store = FakeSegmentStore()
    return Counted(store, FakeSegmentCounters(store))


def in_tables(tables: dict[str, str]) -> Counted:
    store = DynamoSegmentStore(tables["segments"], tables["counters"], tables["snapshots"])
    return Counted(store, DynamoSegmentCounters(tables["counters"]))


def either(request: pytest.FixtureRequest, tables: dict[str, str]) -> Counted:
    return in_memory() if request.param == "fake" else in_tables(tables)


def with_posts(segment: Segment, posts: Iterable[Post]) -> Segment:
    every = tuple(posts)
    sums = totals(every)
    return replace(
        segment,
        social_media_usage=every,
        views=sums.views,
        engagement_rate=sums.engagement_rate,
    )


def started(counted: Counted, user_id: str, number: int = 1) -> Segment:
    """A segment without posts, of any type."""
    segment = make_segment(
        user_id=user_id,
        video_id=f"{user_id}-video",
        segment_number=number,
        segment_type=list(SegmentType)[number % 4],
    )
    assert counted.store.create(segment)
    return segment


def save(counted: Counted, segment: Segment, *posts: Post) -> Segment:
    """With these posts and no others."""
    return counted.store.save(segment, with_posts(segment, posts))


def told(views: int, days: int = 0, name: str = "1") -> Post:
    """A post on X of which only its views are known, as of some days after the beginning."""
    return new_post(Platform.X, name, EPOCH).told({"views": views}, EPOCH + timedelta(days=days))


def gain(
    days: int,
    platform: Platform = Platform.X,
    lost: Mapping[str, int] | None = None,
    **numbers: int,
) -> Gain:
    """On a day after the beginning."""
    day = (EPOCH + timedelta(days=days)).date()
    return Gain(platform=platform, day=day, numbers=numbers, lost=lost or {})


def at_once(act: Any, count: int = THREADS) -> list[Any]:
    """Do it for each number, all at the same time; the first error is raised."""
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(act, range(count)))


def snapshot_keys(table: str, segment_id: str) -> list[tuple[str, str]]:
    """Of all posts of a segment, also of those it no longer has."""
    rows = client("dynamodb").get_paginator("scan").paginate(TableName=table)
    keys = [
        (row["post_key"]["S"], row["captured_at"]["S"]) for page in rows for row in page["Items"]
    ]
    return sorted(key for key in keys if key[0].startswith(segment_id) and key[1] != LATEST)


def left_of_posts(tables: dict[str, str], segment_id: str) -> list[str]:
    """Keys of rows that stand for posts of a segment, and of their days."""
    found = []
    for kind, name in (("snapshots", "post_key"), ("counters", "counter_of")):
        for page in client("dynamodb").get_paginator("scan").paginate(TableName=tables[kind]):
            found += [row[name]["S"] for row in page["Items"]]
    return sorted(key for key in found if segment_id in key)


@contextmanager
def pages_of(count: int) -> Iterator[None]:
    """Answers of the engine hold no more rows than this."""
    whole = Table.query

    def part(self: Table, *asked: Any, **named: Any) -> Rows:
        return whole(self, *asked, **{**named, "limit": min(count, named.get("limit") or count)})

    with patch.object(Table, "query", part):
        yield
