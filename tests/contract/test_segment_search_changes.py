"""A list that is walked while segments come and go shows what stays, and shows it once."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.adapters.dynamo import segment_search, segments
from functions.adapters.dynamo.segments import DynamoSegmentStore
from functions.domain.ports import SegmentStore
from functions.domain.segments.query import SegmentQuery, SortBy
from functions.domain.segments.segment import Segment, SegmentType
from tests.builders import make_segment
from tests.contract.segment_library import created, require_same
from tests.fakes.clock import EPOCH
from tests.fakes.segments import FakeSegmentStore

FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {},
    {"segment_type": SegmentType.PROCESSED},
    {"tags": ("sea",)},
    {"min_duration": 1},
)


@pytest.fixture(scope="module", params=["fake", "dynamodb"])
def store(request: pytest.FixtureRequest, tables: dict[str, str]) -> SegmentStore:
    if request.param == "fake":
        return FakeSegmentStore()
    return DynamoSegmentStore(tables["segments"], tables["counters"], tables["snapshots"])


@pytest.fixture(scope="module", params=[1_000, 3], ids=["budget of 1000", "budget of 3"])
def _budget(request: pytest.FixtureRequest, store: SegmentStore) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(segment_search, "READ_BUDGET", request.param)
        yield


@pytest.fixture(scope="module", params=["of a user", "of a small video", "of a large video"])
def of(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """Videos of one segment are large here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(segments, "SMALL_VIDEO", 0 if "large" in request.param else 500)
        yield {} if request.param == "of a user" else {"video_id": "video"}


@dataclass
class Shelf:
    """A user's segments, and what has happened to them. The same steps give the same ids."""

    store: SegmentStore
    user_id: str
    live: dict[str, Segment] = field(default_factory=dict)
    gone: dict[str, Segment] = field(default_factory=dict)
    made: int = 0

    def create(self, look: tuple[Any, ...]) -> None:
        title, duration, size, minute, kind, tags = look
        self.made += 1
        segment = make_segment(
            user_id=self.user_id,
            segment_id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"{self.user_id}-{self.made}")),
            video_id=f"{self.user_id}-video",
            segment_number=self.made,
            title=title,
            duration=duration,
            file_size=size,
            created_at=created(minute),
            segment_type=kind,
            tags=tags,
            views=duration,
        )
        assert self.store.create(segment)
        self.live[segment.segment_id] = segment

    def delete(self, segment_id: str) -> None:
        self.gone[segment_id] = self.live.pop(segment_id)
        self.store.delete(self.gone[segment_id], EPOCH)

    def close(self) -> None:
        for segment_id in list(self.live):
            self.delete(segment_id)
        for segment in self.gone.values():
            self.store.forget(segment)


LOOKS = st.tuples(
    st.sampled_from([None, "", "a", "A", "b", "ü"]),
    st.sampled_from([None, 0, 1, 2]),
    st.sampled_from([0, 1, 700]),
    st.integers(0, 2),
    st.sampled_from([SegmentType.PROCESSED, SegmentType.PROCESSED, SegmentType.AUDIO]),
    st.sampled_from([(), ("sea",)]),
)


@pytest.mark.usefixtures("_budget")
class TestSegmentSearchWhileItChanges:
    @settings(max_examples=25)
    @given(data=st.data())
    def test_given_segments_that_come_and_go_when_pages_are_walked_then_what_stays_comes_once(
        self, store: SegmentStore, of: dict[str, str], data: st.DataObject
    ) -> None:
        with closing(Shelf(store, "changing")) as shelf:
            walk_and_compare(shelf, of, data)


def walk_and_compare(shelf: Shelf, of: dict[str, str], data: st.DataObject) -> None:
    for look in data.draw(st.lists(LOOKS, max_size=14), label="at first"):
        shelf.create(look)
    for segment_id in data.draw(some(shelf.live), label="deleted before"):
        shelf.delete(segment_id)
    never, before = set(shelf.gone), dict(shelf.live)
    query = SegmentQuery(
        user_id=shelf.user_id,
        sort_by=data.draw(st.sampled_from(SortBy)),
        descending=data.draw(st.booleans()),
        **{key: f"{shelf.user_id}-{value}" for key, value in of.items()},
        **data.draw(st.sampled_from(FILTERS)),
    )

    found = walked_with_changes(shelf, query, data)

    throughout = [one for key, one in before.items() if key in shelf.live]
    kept = {one.segment_id for one in throughout}
    require_same([one for one in found if one.segment_id in kept], throughout, query)
    ids = [one.segment_id for one in found]
    assert len(set(ids)) == len(ids)
    assert not never & set(ids)


def walked_with_changes(shelf: Shelf, query: SegmentQuery, data: st.DataObject) -> list[Segment]:
    """Walk; between two pages some are deleted, also the one the cursor is of, and some made."""
    found: list[Segment] = []
    limit = data.draw(st.integers(1, 4), label="limit")
    after = None
    while True:
        page = shelf.store.search(query, limit=limit, after=after)
        assert page.cut_short or page.next is None or len(page.items) == limit
        found += page.items
        after = page.next
        if after is None:
            return found
        if shelf.made > 40:
            continue
        if str(after.get("segment_id")) in shelf.live and data.draw(st.booleans(), label="its own"):
            shelf.delete(str(after["segment_id"]))
        for segment_id in data.draw(some(shelf.live), label="deleted"):
            shelf.delete(segment_id)
        for look in data.draw(st.lists(LOOKS, max_size=2), label="made"):
            shelf.create(look)


def some(live: dict[str, Segment]) -> st.SearchStrategy[list[str]]:
    """A few of those there are."""
    if not live:
        return st.just([])
    return st.lists(st.sampled_from(sorted(live)), max_size=2, unique=True)
