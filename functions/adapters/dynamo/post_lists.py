"""Lists of a user's posts: by indexes that hold one row of each, and its snapshots.

A call of `search` reads no more than its budget, of `newest` no more rows than it was asked for,
and of `snapshots` those of the time it was asked for, the newest SNAPSHOTS of them.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from functions.adapters.dynamo.counter_rows import post_key
from functions.adapters.dynamo.snapshots import KEYS, LATEST, from_latest
from functions.adapters.dynamo.table import Filter, Rows, Table
from functions.domain.codec import from_plain
from functions.domain.deletions.ports import HiddenVideos
from functions.domain.paging import Page, Position
from functions.domain.posts.post import METRICS, Number, Post
from functions.domain.posts.query import History, PostedPost, PostQuery, PostSort, Snapshot, Some
from functions.domain.times import from_iso, to_iso

READ_BUDGET: Final = 1_000
"""Rows that a page reads at the most; with rows of half a KB, 65 read units."""
SNAPSHOTS: Final = 1_000
"""Of a post, by one call: three for each hour of two weeks."""
_CHUNK: Final = 400
# A stretch of keys has both its ends in it.
_INSTANT: Final = timedelta(microseconds=1)
_SORT_KEYS: Final[Mapping[PostSort, str]] = {
    PostSort.VIEWS: "sort_views",
    PostSort.ENGAGEMENT_RATE: "sort_engagement_rate",
    PostSort.POSTED_AT: "posted_at",
}


class DynamoPostLists:
    """Posts of `hidden` videos are not listed."""

    def __init__(self, table: str, hidden: HiddenVideos) -> None:
        self._table, self._hidden = Table(table, "social snapshots"), hidden

    def search(self, query: PostQuery, *, limit: int, after: Position | None) -> Page[PostedPost]:
        hidden = self._hidden.hidden(query.user_id)
        found: list[PostedPost] = []
        read = 0
        while True:
            wanted = limit + 1 - len(found)
            rows = self._page(query, min(max(wanted, read), _CHUNK, READ_BUDGET - read), after)
            read, after = read + rows.read, rows.next
            found += [one for one in map(from_latest, rows.items) if _shows(one, query, hidden)]
            if len(found) > limit:
                return Page(tuple(found[:limit]), _position(query, found[limit - 1]))
            if after is None:
                return Page(tuple(found), None)
            if read >= READ_BUDGET:
                return Page(tuple(found), after, cut_short=True)

    def _page(self, query: PostQuery, limit: int, after: Position | None) -> Rows:
        condition, values = _condition(query)
        return self._table.query(
            condition,
            values,
            limit=limit,
            index=f"user_id-{query.sort_by}-index",
            after=after,
            forward=not query.descending,
            only=_filter(query),
        )

    def newest(
        self, user_id: str, posted_from: datetime, posted_before: datetime, most: int
    ) -> Some:
        query = PostQuery(
            user_id=user_id,
            sort_by=PostSort.POSTED_AT,
            posted_from=posted_from,
            posted_before=posted_before,
        )
        hidden = self._hidden.hidden(user_id)
        rows = list(itertools.islice(self._rows(query, most + 1), most + 1))
        found = [from_latest(row) for row in rows[:most]]
        shown = tuple(one for one in found if one.video_id not in hidden)
        return Some(shown, whole=len(rows) <= most)

    def _rows(self, query: PostQuery, most: int) -> Iterator[dict[str, Any]]:
        """An answer ends at 1 MB, however many rows were asked for."""
        after: Position | None = None
        while True:
            rows = self._page(query, most, after)
            yield from rows.items
            after = rows.next
            if after is None:
                return

    def snapshots(self, segment_id: str, post: Post, start: datetime, end: datetime) -> History:
        key = post_key(segment_id, post.platform, post.post_id)
        within = self._snapshots(key, start, end, SNAPSHOTS + 1)
        if len(within) > SNAPSHOTS:
            return History(None, tuple(within[1:]), whole=False)
        before = self._snapshots(key, from_iso("1970-01-01T00:00:00Z"), start, 1)
        return History(before[0] if before else None, tuple(within))

    def _snapshots(self, key: str, start: datetime, end: datetime, most: int) -> list[Snapshot]:
        """The newest of them, in order of time."""
        values = {":post": key, ":start": to_iso(start), ":end": to_iso(end - _INSTANT)}
        condition = "post_key = :post AND captured_at BETWEEN :start AND :end"
        found: list[dict[str, Any]] = []
        after: Position | None = None
        while len(found) < most:
            limit = most - len(found)
            rows = self._table.query(condition, values, limit=limit, after=after, forward=False)
            found += rows.items
            after = rows.next
            if after is None:
                break
        return [_snapshot(row) for row in reversed(found)]


def _snapshot(row: Mapping[str, Any]) -> Snapshot:
    numbers = {name: from_plain(Number, row[name]) for name in METRICS if name in row}
    return Snapshot(from_iso(row["captured_at"]), numbers)


def _shows(one: PostedPost, query: PostQuery, hidden: frozenset[str]) -> bool:
    return query.matches(one) and one.video_id not in hidden


def _condition(query: PostQuery) -> tuple[str, dict[str, Any]]:
    """Of an order by time the stretch is a part of the key, of another the known is."""
    values: dict[str, Any] = {":user": query.user_id}
    if query.sort_by is not PostSort.POSTED_AT:
        return f"user_id = :user AND {_SORT_KEYS[query.sort_by]} >= :zero", {**values, ":zero": 0}
    low, high = query.posted_from, query.posted_before
    values[":low"] = to_iso(low) if low else "0"
    values[":high"] = to_iso(high - _INSTANT) if high else "~"
    return "user_id = :user AND posted_at BETWEEN :low AND :high", values


def _filter(query: PostQuery) -> Filter | None:
    parts: list[str] = []
    values: dict[str, Any] = {}
    for name in ("platform", "video_id", "segment_id"):
        wanted = getattr(query, name)
        if wanted is not None:
            parts.append(f"{name} = :{name}")
            values[f":{name}"] = str(wanted)
    if query.sort_by is not PostSort.POSTED_AT:
        if query.posted_from is not None:
            parts.append("posted_at >= :from")
            values[":from"] = to_iso(query.posted_from)
        if query.posted_before is not None:
            parts.append("posted_at < :before")
            values[":before"] = to_iso(query.posted_before)
    return Filter(" AND ".join(parts), values) if parts else None


def _position(query: PostQuery, one: PostedPost) -> Position:
    """Where a row stands in the index of the query."""
    value = one.value(query.sort_by)
    assert value is not None  # noqa: S101  (what is not known is not listed)
    key = post_key(one.segment_id, one.post.platform, one.post.post_id)
    return {
        "user_id": query.user_id,
        _SORT_KEYS[query.sort_by]: to_iso(value) if isinstance(value, datetime) else value,
        **dict(zip(KEYS, (key, LATEST), strict=True)),
    }
