"""Lists of a user's posts, held against a plain list, and what a page of them reads."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.adapters.aws import client
from functions.adapters.dynamo import post_lists
from functions.adapters.dynamo.items import encode_item
from functions.adapters.dynamo.post_lists import READ_BUDGET, SNAPSHOTS, DynamoPostLists
from functions.adapters.dynamo.snapshots import to_latest
from functions.adapters.dynamo.table import Rows, Table
from functions.domain.posts.post import Platform, Post, new_post
from functions.domain.posts.query import PostedPost, PostLists, PostQuery, PostSort
from functions.domain.segments.segment import Segment
from tests.builders import make_segment
from tests.contract.counting import Counted, in_memory, in_tables, save, started
from tests.fakes.clock import EPOCH
from tests.fakes.post_lists import FakePostLists
from tests.fakes.segments import FakeSegmentStore

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
FULL = {"views": 100, "likes": 5, "shares": 3, "comments": 2}


class Hidden:
    """Hides the videos that it is told of."""

    def __init__(self) -> None:
        self.videos: set[str] = set()

    def hidden(self, user_id: str) -> frozenset[str]:
        return frozenset(self.videos)

    def is_hidden(self, user_id: str, video_id: str) -> bool:
        return video_id in self.videos


@dataclass(frozen=True)
class Library:
    counted: Counted
    lists: PostLists
    hidden: Hidden

    def post(self, user_id: str, number: int, *posts: Post) -> Segment:
        return save(self.counted, started(self.counted, user_id, number), *posts)

    def names(self, query: PostQuery, limit: int = 50) -> list[str]:
        return [one.post.post_id for one in walked(self.lists, query, limit)]


def library(kind: str, tables: dict[str, str]) -> Library:
    hidden = Hidden()
    if kind == "dynamodb":
        return Library(in_tables(tables), DynamoPostLists(tables["snapshots"], hidden), hidden)
    counted = in_memory()
    assert isinstance(counted.store, FakeSegmentStore)
    return Library(counted, FakePostLists(counted.store, hidden), hidden)


@pytest.fixture(params=["fake", "dynamodb"])
def shelf(request: pytest.FixtureRequest, tables: dict[str, str]) -> Library:
    return library(request.param, tables)


def walked(lists: PostLists, query: PostQuery, limit: int) -> list[PostedPost]:
    found: list[PostedPost] = []
    after = None
    while True:
        page = lists.search(query, limit=limit, after=after)
        assert len(page.items) <= limit
        found += page.items
        after = page.next
        if after is None:
            return found


def posted(name: str, hours: float | None, platform: Platform = Platform.X, **told: int) -> Post:
    """On a platform, some hours after the beginning, with numbers as of three days later."""
    at = None if hours is None else EPOCH + hours * HOUR
    return replace(new_post(platform, name, EPOCH), posted_at=at).told(told, EPOCH + 3 * DAY)


@contextmanager
def reads() -> Iterator[list[Rows]]:
    """What every query of a table answered meanwhile."""
    found: list[Rows] = []
    whole = Table.query

    def told(self: Table, *asked: Any, **named: Any) -> Rows:
        rows = whole(self, *asked, **named)
        found.append(rows)
        return rows

    with patch.object(Table, "query", told):
        yield found


class TestPostLists:
    def test_given_posts_when_ranked_then_those_whose_number_is_known_by_it(
        self, shelf: Library, fresh: str
    ) -> None:
        shelf.post(fresh, 1, posted("low", 1, **FULL), posted("untold", 2))
        shelf.post(fresh, 2, posted("high", 3, Platform.TIKTOK, views=500))
        shelf.post(fresh, 3, posted("zero", 4, views=0))
        query = PostQuery(user_id=fresh)

        assert shelf.names(query) == ["high", "low", "zero"]
        assert shelf.names(replace(query, descending=False), 1) == ["zero", "low", "high"]
        assert shelf.names(replace(query, sort_by=PostSort.ENGAGEMENT_RATE)) == ["low"]
        assert shelf.names(replace(query, platform=Platform.TIKTOK)) == ["high"]
        assert shelf.names(replace(query, apart=frozenset({Platform.TIKTOK}))) == ["low", "zero"]
        assert shelf.names(replace(query, user_id=f"{fresh}-stranger")) == []
        assert shelf.names(replace(query, video_id=f"{fresh}-video")) == ["high", "low", "zero"]
        assert shelf.names(replace(query, video_id="another")) == []
        (one,) = shelf.lists.search(query, limit=1, after=None).items
        assert shelf.names(replace(query, segment_id=one.segment_id)) == ["high"]

    def test_given_a_stretch_of_time_when_posts_are_asked_for_then_its_start_is_in_and_its_end_not(
        self, shelf: Library, fresh: str
    ) -> None:
        every = [posted(str(hour), hour, views=10 * hour) for hour in range(5)]
        shelf.post(fresh, 1, *every, posted("undated", None, views=7))
        span = {"posted_from": EPOCH + HOUR, "posted_before": EPOCH + 4 * HOUR}
        query = PostQuery(user_id=fresh, **span)

        assert shelf.names(query, 1) == ["3", "2", "1"]
        assert shelf.names(replace(query, sort_by=PostSort.POSTED_AT), 2) == ["3", "2", "1"]
        some = shelf.lists.newest(fresh, most=2, **span)
        assert ([one.post.post_id for one in some.posts], some.whole) == (["3", "2"], False)
        assert shelf.lists.newest(fresh, most=3, **span).whole

    def test_given_a_post_when_it_is_told_again_unlinked_or_deleted_then_the_list_is_as_it_is(
        self, shelf: Library, fresh: str
    ) -> None:
        one, two = posted("1", 1, views=5), posted("2", 1, views=9)
        segment = shelf.post(fresh, 1, one, two)
        query = PostQuery(user_id=fresh)

        segment = save(shelf.counted, segment, one.told({"views": 50}, EPOCH + 4 * DAY), two)
        assert shelf.names(query) == ["1", "2"]
        segment = save(shelf.counted, segment, two)
        assert shelf.names(query) == ["2"]
        shelf.counted.store.delete(segment, EPOCH)
        assert shelf.names(query) == []

    def test_given_a_video_that_is_being_deleted_when_listed_then_its_posts_are_not_there(
        self, shelf: Library, fresh: str
    ) -> None:
        segment = shelf.post(fresh, 1, posted("1", 1, views=5))

        shelf.hidden.videos.add(segment.video_id)

        assert shelf.names(PostQuery(user_id=fresh)) == []
        assert shelf.lists.newest(fresh, EPOCH, EPOCH + DAY, 5).posts == ()

    def test_given_snapshots_when_asked_for_then_those_of_the_time_and_the_last_before_it(
        self, shelf: Library, fresh: str
    ) -> None:
        post = new_post(Platform.X, "1", EPOCH)
        segment = started(shelf.counted, fresh)
        for hour in range(6):
            post = post.told({"views": hour}, EPOCH + hour * HOUR)
            segment = save(shelf.counted, segment, post)

        found = shelf.lists.snapshots(segment.segment_id, post, EPOCH + 2 * HOUR, EPOCH + 4 * HOUR)

        assert [one.numbers["views"].value for one in found.within] == [2, 3]
        assert found.before
        assert (found.before.at, found.whole) == (EPOCH + HOUR, True)

    def test_given_a_post_with_very_many_snapshots_when_asked_for_then_the_newest_of_them(
        self, tables: dict[str, str], fresh: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shelf = library("dynamodb", tables)
        monkeypatch.setattr(post_lists, "SNAPSHOTS", 3)
        post = new_post(Platform.X, "1", EPOCH)
        segment = started(shelf.counted, fresh)
        for hour in range(6):
            post = post.told({"views": hour}, EPOCH + hour * HOUR)
            segment = save(shelf.counted, segment, post)

        found = shelf.lists.snapshots(segment.segment_id, post, EPOCH, EPOCH + DAY)

        assert [one.numbers["views"].value for one in found.within] == [3, 4, 5]
        assert (found.before, found.whole) == (None, False)
        assert SNAPSHOTS > 336

    @settings(max_examples=15)
    @given(
        st.lists(
            st.tuples(
                st.sampled_from([Platform.X, Platform.TIKTOK]),
                st.none() | st.integers(0, 6),
                st.dictionaries(st.sampled_from(sorted(FULL)), st.integers(0, 9)),
            ),
            max_size=15,
        ),
        st.sampled_from(list(PostSort)),
        st.booleans(),
        st.none() | st.sampled_from([Platform.X, Platform.TIKTOK]),
        st.none() | st.integers(0, 6),
        st.integers(1, 4),
    )
    def test_given_any_posts_when_any_pages_are_walked_then_all_of_a_plain_list_once_in_order(
        self,
        tables: dict[str, str],
        told: list[tuple[Platform, int | None, dict[str, int]]],
        by: PostSort,
        descending: bool,
        platform: Platform | None,
        before: int | None,
        limit: int,
    ) -> None:
        shelf, user_id = library("dynamodb", tables), uuid.uuid4().hex
        posts = [posted(str(at), hours, on, **n) for at, (on, hours, n) in enumerate(told)]
        segment = shelf.post(user_id, 1, *posts)
        query = PostQuery(
            user_id=user_id,
            sort_by=by,
            descending=descending,
            platform=platform,
            posted_before=None if before is None else EPOCH + before * HOUR,
        )

        found = walked(shelf.lists, query, limit)

        plain = [
            one
            for post in posts
            if query.matches(
                one := PostedPost(
                    segment_id=segment.segment_id, video_id=segment.video_id, post=post
                )
            )
        ]
        assert sorted(map(str, found)) == sorted(map(str, plain))
        values: list[Any] = [one.value(by) for one in found]
        assert values == sorted(values, reverse=descending)


@pytest.fixture(scope="module")
def many(tables: dict[str, str]) -> tuple[str, DynamoPostLists]:
    """3,000 posts of one user, each of a segment of its own."""
    user_id = uuid.uuid4().hex
    rows = []
    for number in range(3_000):
        segment = make_segment(user_id=user_id, segment_number=number)
        rows.append(to_latest(segment, posted("1", number / 2, views=number)))
    for start in range(0, len(rows), 25):
        puts = [{"PutRequest": {"Item": encode_item(row)}} for row in rows[start : start + 25]]
        client("dynamodb").batch_write_item(RequestItems={tables["snapshots"]: puts})
    return user_id, DynamoPostLists(tables["snapshots"], Hidden())


class TestReads:
    """The price of a page is that of the page, whatever a user has."""

    def test_given_thousands_of_posts_when_the_best_are_asked_for_then_one_query_reads_just_those(
        self, many: tuple[str, DynamoPostLists]
    ) -> None:
        user_id, lists = many

        with reads() as found:
            page = lists.search(PostQuery(user_id=user_id), limit=10, after=None)

        assert [one.post.views.value for one in page.items] == list(range(2_999, 2_989, -1))
        assert [rows.read for rows in found] == [11]
        assert sum(rows.units for rows in found) <= 4

    def test_given_a_filter_that_passes_over_all_when_listed_then_the_budget_ends_the_call(
        self, many: tuple[str, DynamoPostLists]
    ) -> None:
        user_id, lists = many
        query = PostQuery(user_id=user_id, platform=Platform.TIKTOK)

        with reads() as found:
            page = lists.search(query, limit=10, after=None)

        assert (page.items, page.cut_short) == ((), True)
        assert page.next
        assert sum(rows.read for rows in found) <= READ_BUDGET
        assert sum(rows.units for rows in found) <= 130

    def test_given_thousands_of_posts_when_the_newest_are_asked_for_then_no_more_are_read(
        self, many: tuple[str, DynamoPostLists]
    ) -> None:
        user_id, lists = many

        with reads() as found:
            some = lists.newest(user_id, EPOCH, EPOCH + 365 * DAY, 500)

        assert (len(some.posts), some.whole) == (500, False)
        assert sum(rows.read for rows in found) == 501
