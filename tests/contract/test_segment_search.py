"""Lists of segments: every order and every filter gives what a plain list would give."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.adapters.dynamo.segments import DynamoSegmentStore
from functions.domain.ports import SegmentStore
from functions.domain.posts.post import Platform
from functions.domain.segments.query import SegmentQuery, SortBy
from functions.domain.segments.segment import Segment, SegmentType
from tests.contract.segment_library import created, mixed, pages, require_same, walked
from tests.fakes.segments import FakeSegmentStore

COUNT = 66
FILTERS: dict[str, dict[str, Any]] = {
    "none": {},
    "type": {"segment_type": SegmentType.THUMBNAIL},
    "min_duration": {"min_duration": 900},
    "no_less_than_nothing": {"min_duration": 0},
    "max_duration": {"max_duration": 10_000},
    "duration_range": {"min_duration": 1, "max_duration": 15_500},
    "no_duration": {"min_duration": 2, "max_duration": 1},
    "created_after": {"created_after": created(5)},
    "created_before": {"created_before": created(5)},
    "created_between": {"created_after": created(2), "created_before": created(9)},
    "created_backwards": {"created_after": created(9), "created_before": created(2)},
    "created_never": {"created_after": created(5), "created_before": created(5)},
    "tag": {"tags": ("BEACH",)},
    "one_of_tags": {"tags": ("beach", "été")},
    "all_tags": {"tags": ("beach", "sun set"), "all_tags": True},
    "posted": {"has_social_media": True},
    "not_posted": {"has_social_media": False},
    "platform": {"platform": Platform.YOUTUBE},
    "platform_nobody_uses": {"platform": Platform.FACEBOOK},
    "words": {"words": ("bana",)},
    "words_of_title_and_text": {"words": ("sea", "ban")},
    "other_scripts": {"words": ("отп",)},
}


@dataclass(frozen=True, slots=True)
class Library:
    """A user's segments in a store, and the same as a plain list."""

    user_id: str
    store: SegmentStore
    rows: list[Segment]

    def query(self, **asked: Any) -> SegmentQuery:
        return SegmentQuery(user_id=self.user_id, **asked)


@pytest.fixture(scope="module", params=["fake", "dynamodb"])
def library(request: pytest.FixtureRequest, tables: dict[str, str]) -> Library:
    """With a stranger's segments beside them."""
    store: SegmentStore = FakeSegmentStore()
    if request.param == "dynamodb":
        store = DynamoSegmentStore(tables["segments"], tables["counters"], tables["snapshots"])
    user_id = uuid.uuid4().hex
    rows = mixed(user_id, COUNT)
    store.add(rows)
    store.add(mixed(f"{user_id}-stranger", 5))
    return Library(user_id, store, rows)


@st.composite
def asked(draw: st.DrawFn) -> dict[str, Any]:
    """Any of the filters together, in any order."""
    names = draw(st.sets(st.sampled_from(sorted(FILTERS)), max_size=4))
    order = {"sort_by": draw(st.sampled_from(SortBy)), "descending": draw(st.booleans())}
    return {key: value for name in sorted(names) for key, value in FILTERS[name].items()} | order


class TestSegmentSearch:
    @pytest.mark.parametrize("descending", [True, False], ids=["down", "up"])
    @pytest.mark.parametrize("sort_by", SortBy)
    @pytest.mark.parametrize("name", FILTERS)
    def test_given_one_filter_when_a_list_is_walked_then_it_is_as_a_plain_list(
        self, library: Library, name: str, sort_by: SortBy, descending: bool
    ) -> None:
        query = library.query(sort_by=sort_by, descending=descending, **FILTERS[name])

        found = walked(library.store, query, limit=30)

        require_same(found, library.rows, query)

    @settings(max_examples=60)
    @given(filters=asked(), limit=st.sampled_from([1, 2, 3, 10, 65, 66, 67, 100]))
    def test_given_filters_together_when_a_list_is_walked_then_it_is_as_a_plain_list(
        self, library: Library, filters: dict[str, Any], limit: int
    ) -> None:
        query = library.query(**filters)

        found = walked(library.store, query, limit)

        require_same(found, library.rows, query)

    @settings(max_examples=25)
    @given(filters=asked(), limit=st.integers(1, 25), number=st.integers(0, 3))
    def test_given_a_video_and_filters_when_it_is_walked_then_it_is_as_a_plain_list(
        self, library: Library, filters: dict[str, Any], limit: int, number: int
    ) -> None:
        query = library.query(video_id=f"{library.user_id}-video-{number}", **filters)

        found = walked(library.store, query, limit)

        require_same(found, library.rows, query)

    @pytest.mark.parametrize("descending", [True, False], ids=["down", "up"])
    @pytest.mark.parametrize("sort_by", SortBy)
    def test_given_no_filter_when_pages_are_walked_then_all_but_the_last_are_full(
        self, library: Library, sort_by: SortBy, descending: bool
    ) -> None:
        query = library.query(sort_by=sort_by, descending=descending)

        sizes = [len(page.items) for page in pages(library.store, query, limit=9)]

        assert sizes == [9, 9, 9, 9, 9, 9, 9, 3]

    @pytest.mark.parametrize("sort_by", SortBy)
    def test_given_as_many_segments_as_a_page_takes_when_it_is_asked_for_then_there_is_no_other(
        self, library: Library, sort_by: SortBy
    ) -> None:
        page = library.store.search(library.query(sort_by=sort_by), limit=COUNT, after=None)

        assert (len(page.items), page.next) == (COUNT, None)

    def test_given_a_strangers_video_when_it_is_asked_for_then_nothing_of_it_is_shown(
        self, library: Library
    ) -> None:
        query = library.query(video_id=f"{library.user_id}-stranger-video-0")

        assert walked(library.store, query, limit=5) == []

    @pytest.mark.parametrize("sort_by", SortBy)
    def test_given_a_microsecond_when_the_bounds_leave_just_it_then_what_it_made_is_shown(
        self, library: Library, sort_by: SortBy
    ) -> None:
        at = created(3)
        bounds = {"created_after": at, "created_before": at + timedelta(microseconds=1)}
        query = library.query(sort_by=sort_by, **bounds)

        found = walked(library.store, query, limit=100)

        assert {segment.created_at for segment in found} == {at}
        require_same(found, library.rows, query)

    @pytest.mark.parametrize("sort_by", SortBy)
    @pytest.mark.parametrize("name", ["created_backwards", "created_never", "no_duration"])
    def test_given_bounds_that_nothing_is_within_when_a_page_is_asked_for_then_it_is_the_last(
        self, library: Library, name: str, sort_by: SortBy
    ) -> None:
        query = library.query(sort_by=sort_by, **FILTERS[name])

        page = library.store.search(query, limit=5, after=None)

        assert (page.items, page.next, page.cut_short) == ((), None, False)

    def test_given_a_changed_title_when_the_list_is_asked_again_then_its_place_is_the_new_one(
        self, library: Library
    ) -> None:
        before = library.rows[2]
        saved = library.store.save(before, replace(before, title="aaa"))
        query = library.query(sort_by=SortBy.TITLE, descending=False, words=("aaa",))
        try:
            assert walked(library.store, query, limit=5) == [saved]
        finally:
            after = library.store.save(saved, replace(before, version=saved.version))
            library.rows[2] = after
