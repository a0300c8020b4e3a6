"""What a list may cost: one call reads within its budget, says if it came short, and goes on."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import pytest

from functions.adapters.dynamo.segment_search import READ_BUDGET, SMALL_VIDEO
from functions.adapters.dynamo.segments import DynamoSegmentStore
from functions.domain.posts.post import Platform
from functions.domain.segments.query import SegmentQuery, SortBy
from functions.domain.segments.segment import Segment
from tests.builders import make_segment
from tests.contract.counting import pages_of
from tests.contract.segment_library import (
    created,
    made_post,
    pages,
    posted,
    require_same,
    walked,
    write_rows,
)
from tests.support.meter import metered, rows_queried

COUNT = 3_000
RARE = 700
"""One segment of as many has what is looked for."""
FEW = 30
# Beside the last whole look, one row of the next stretch.
MOST = READ_BUDGET + 1
ORDERS = pytest.mark.parametrize("sort_by", SortBy)


@dataclass(frozen=True, slots=True)
class Shelf:
    user_id: str
    store: DynamoSegmentStore
    table: str
    rows: list[Segment]

    def query(self, **asked: Any) -> SegmentQuery:
        return SegmentQuery(user_id=self.user_id, **asked)


def _segment(user_id: str, at: int) -> Segment:
    plain = {
        "user_id": user_id,
        "video_id": f"{user_id}-video",
        "segment_number": at,
        "created_at": created(at % 100),
        "duration": at % 50 * 1_000 if at % 3 else None,
        "file_size": at % 70,
        "title": f"Title {at % 90}" if at % 4 else None,
        "tags": ("rare",) if at % RARE == 1 else ("usual",),
    }
    posts = [made_post(Platform.X, at, views=at % 60, likes=1)] if at % 5 == 0 else []
    return make_segment(**posted(plain, posts))


@pytest.fixture(scope="module")
def shelf(tables: dict[str, str]) -> Shelf:
    user_id = uuid.uuid4().hex
    rows = [_segment(user_id, at) for at in range(COUNT)]
    write_rows(tables["segments"], rows)
    store = DynamoSegmentStore(tables["segments"], tables["counters"], tables["snapshots"])
    return Shelf(user_id, store, tables["segments"], rows)


@pytest.fixture(scope="module")
def video(tables: dict[str, str]) -> Shelf:
    """A video of one segment more than a small one has."""
    user_id = uuid.uuid4().hex
    rows = [_segment(user_id, at) for at in range(SMALL_VIDEO + 1)]
    store = DynamoSegmentStore(tables["segments"], tables["counters"], tables["snapshots"])
    store.add(rows)
    others = [make_segment(user_id=user_id, segment_number=at) for at in range(FEW)]
    write_rows(tables["segments"], others)
    return Shelf(user_id, store, tables["segments"], [*rows, *others])


class TestSegmentSearchBudget:
    @pytest.mark.parametrize(
        ("sort_by", "descending"),
        [*((by, True) for by in SortBy), (SortBy.TITLE, False), (SortBy.VIEWS, False)],
    )
    def test_given_few_matches_among_many_when_the_list_is_walked_then_no_call_is_above_the_budget(
        self, shelf: Shelf, sort_by: SortBy, descending: bool
    ) -> None:
        query = shelf.query(sort_by=sort_by, descending=descending, tags=("rare",))
        found, costs, after = [], [], None

        while True:
            with metered() as calls:
                page = shelf.store.search(query, limit=FEW, after=after)
            costs.append(rows_queried(calls, shelf.table))
            found += page.items
            if (after := page.next) is None:
                break

        require_same(found, shelf.rows, query)
        assert max(costs) <= MOST
        assert sum(costs) <= COUNT + len(costs)

    def test_given_a_spent_budget_when_a_page_is_short_then_it_says_so_and_can_be_gone_on_from(
        self, shelf: Shelf
    ) -> None:
        *short, last = pages(shelf.store, shelf.query(tags=("rare",)), limit=FEW)

        assert short
        assert all(page.cut_short and page.next and len(page.items) < FEW for page in short)
        assert not last.cut_short

    @ORDERS
    def test_given_matches_enough_when_a_page_is_asked_for_then_it_is_full_and_not_cut_short(
        self, shelf: Shelf, sort_by: SortBy
    ) -> None:
        page = shelf.store.search(
            shelf.query(sort_by=sort_by, tags=("usual",)), limit=FEW, after=None
        )

        assert (len(page.items), page.cut_short) == (FEW, False)

    @ORDERS
    def test_given_no_filter_when_a_page_is_asked_for_then_one_row_more_than_it_shows_is_read(
        self, shelf: Shelf, sort_by: SortBy
    ) -> None:
        with metered() as calls:
            page = shelf.store.search(shelf.query(sort_by=sort_by), limit=FEW, after=None)

        assert len(page.items) == FEW
        assert rows_queried(calls, shelf.table) == FEW + 1

    def test_given_answers_that_end_early_when_a_page_is_asked_for_then_it_is_full_all_the_same(
        self, shelf: Shelf
    ) -> None:
        with pages_of(7):
            page = shelf.store.search(shelf.query(sort_by=SortBy.TITLE), limit=FEW, after=None)

        assert (len(page.items), page.cut_short) == (FEW, False)

    def test_given_bounds_that_nothing_is_within_when_a_page_is_asked_for_then_nothing_is_read(
        self, shelf: Shelf
    ) -> None:
        bounds = {"created_after": created(50), "created_before": created(20)}

        with metered() as calls:
            page = shelf.store.search(
                shelf.query(sort_by=SortBy.TITLE, **bounds), limit=FEW, after=None
            )

        assert (page.items, page.next, page.cut_short) == ((), None, False)
        assert rows_queried(calls, shelf.table) == 0

    def test_given_hundreds_of_equal_values_when_the_list_is_walked_then_each_comes_once(
        self, shelf: Shelf
    ) -> None:
        query = shelf.query(sort_by=SortBy.VIEWS, platform=Platform.X, words=("title",))

        found = walked(shelf.store, query, limit=47)

        require_same(found, shelf.rows, query)

    @pytest.mark.parametrize("sort_by", [SortBy.CREATED_AT, SortBy.TITLE])
    def test_given_a_large_video_when_its_segments_are_walked_then_each_comes_once(
        self, video: Shelf, sort_by: SortBy
    ) -> None:
        query = video.query(sort_by=sort_by, video_id=f"{video.user_id}-video")

        found = walked(video.store, query, limit=100)

        require_same(found, video.rows, query)

    def test_given_a_video_that_grows_large_when_the_walk_goes_on_then_each_still_comes_once(
        self, video: Shelf
    ) -> None:
        query = video.query(sort_by=SortBy.TITLE, video_id=f"{video.user_id}-video")
        last = video.rows[SMALL_VIDEO]
        video.store.delete(last, created(0))
        small = video.store.search(query, limit=200, after=None)
        video.rows[SMALL_VIDEO] = replaced = make_segment(
            user_id=video.user_id, video_id=last.video_id, segment_number=9_999
        )
        video.store.add([replaced])

        rest, after = [], small.next
        while after is not None:
            page = video.store.search(query, limit=200, after=after)
            rest += page.items
            after = page.next

        require_same([*small.items, *rest], video.rows, query)
