"""The calls whose costs are compared: each as a user of the API would make it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from functions.adapters.dynamo.counters import DynamoSegmentCounters
from functions.adapters.dynamo.items import encode_item
from functions.adapters.dynamo.segment_paths import path_of
from functions.adapters.dynamo.segment_rows import sort_key, to_row
from functions.adapters.dynamo.segment_search import READ_BUDGET
from functions.adapters.dynamo.segments import DynamoSegmentStore
from functions.domain.ids import new_id
from functions.domain.paging import Page, Position
from functions.domain.segments.query import SegmentQuery, SortBy
from functions.domain.segments.segment import Segment, SegmentType
from functions.domain.times import utc_now
from tests.bench.scale_rows import Place, Rows

LIMIT = 50
DEPTH = 0.4
"""Where the deep pages begin: after this part of what is known."""


@dataclass(frozen=True, slots=True)
class Asker:
    """A user: their segments are the rows from `first` on."""

    name: str
    user_id: str
    store: DynamoSegmentStore
    counters: DynamoSegmentCounters
    rows: Rows
    first: int
    count: int
    small_video: str
    large_video: str | None

    def segment(self, at: int) -> Segment:
        """The user's row of this number; those that are asked for are all of the small video."""
        return self.rows.segment(Place(self.user_id, self.small_video, self.first + at))

    def query(self, **asked: Any) -> SegmentQuery:
        return SegmentQuery(user_id=self.user_id, **asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of call. `most_read` bounds the rows it reads; None where its units must be equal
    whatever the size, since an index holds just what is asked for."""

    name: str
    act: Callable[[], Any]
    most_read: int | None = None
    before: Callable[[], Mapping[str, Any] | None] = lambda: None

    def returned(self, answer: Any) -> int:
        return len(answer.items) if isinstance(answer, Page) else 1


def kinds(asker: Asker) -> Iterator[Kind]:
    yield from _single(asker)
    for sort_by in SortBy:
        query = asker.query(sort_by=sort_by)
        yield _list(asker, f"list by {sort_by}, first page", query)
        yield _list(asker, f"list by {sort_by}, deep page", query, _deep(asker, query))
    newest = asker.query(segment_type=SegmentType.PROCESSED)
    yield _list(asker, "newest of a type, first page", newest)
    yield _list(asker, "newest of a type, deep page", newest, _deep(asker, newest))
    budget = READ_BUDGET + 1
    for tag, part in (("half", "1 in 2"), ("hundredth", "1 in 100"), ("nobody", "none")):
        yield _list(asker, f"filter, matches {part}", asker.query(tags=(tag,)), most_read=budget)
    yield _list(asker, "of a small video", asker.query(video_id=asker.small_video))
    if asker.large_video:
        large = asker.query(video_id=asker.large_video)
        # The video's counts are eight rows at the most.
        yield _list(asker, "of a large video", large, most_read=budget + 8)
    yield Kind(name="counts of a user", act=lambda: asker.counters.of_user(asker.user_id))
    yield Kind(name="counts of a video", act=lambda: asker.counters.of_video(asker.small_video))


def _single(asker: Asker) -> Iterator[Kind]:
    """One segment is read; some are made, changed and deleted in turn."""
    store, made = asker.store, deque[Segment]()
    yield Kind(name="get", act=lambda: store.get(asker.segment(asker.count // 2).segment_id))

    def create() -> None:
        made.append(replace(asker.segment(1), segment_id=new_id(utc_now())))
        if not store.create(made[-1]):
            raise AssertionError("a new segment's id was taken")

    def update() -> None:
        # As long as the title before, and elsewhere in the order of titles.
        title = (made[0].title or "")[::-1]
        before = made.popleft()
        made.append(store.save(before, replace(before, title=title)))

    def stored() -> Mapping[str, Any]:
        return encode_item(to_row(made[0]))

    yield Kind(name="create", act=create)
    yield Kind(name="update of the title", act=update, before=stored)
    yield Kind(name="delete", act=lambda: store.delete(made.popleft(), utc_now()), before=stored)


def _list(
    asker: Asker,
    name: str,
    query: SegmentQuery,
    after: Position | None = None,
    most_read: int | None = None,
) -> Kind:
    def act() -> Page[Segment]:
        return asker.store.search(query, limit=LIMIT, after=after)

    return Kind(name=name, act=act, most_read=most_read)


def _deep(asker: Asker, query: SegmentQuery) -> Position:
    """The position of one of the user's segments, well within the list."""
    if query.sort_by is SortBy.CREATED_AT:
        at = int(asker.count * (1 - DEPTH))
        while asker.segment(at).segment_type is not SegmentType.PROCESSED:
            at -= 1
        return path_of(query).after(asker.segment(at))
    some = [asker.segment(at) for at in range(min(asker.count, len(asker.rows.kinds)))]
    known = [one for one in some if getattr(one, query.sort_by) is not None]
    known.sort(key=lambda one: sort_key(one, query.sort_by), reverse=query.descending)
    return path_of(query).after(known[int(len(known) * DEPTH)])
