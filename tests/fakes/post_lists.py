"""Lists of posts in memory: read off the segments, each time anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from functions.domain.deletions.ports import HiddenVideos
from functions.domain.paging import Page, Position
from functions.domain.posts.post import Post
from functions.domain.posts.query import History, PostedPost, PostQuery, PostSort, Some
from functions.domain.times import to_iso
from tests.fakes.segments import FakeSegmentStore


class FakePostLists:
    """`reads` tells how many posts each call has looked at."""

    def __init__(self, segments: FakeSegmentStore, hidden: HiddenVideos) -> None:
        self._segments, self._hidden = segments, hidden
        self.reads: list[int] = []

    def search(self, query: PostQuery, *, limit: int, after: Position | None) -> Page[PostedPost]:
        ranked = [one for one in self._of(query.user_id) if query.matches(one)]
        ranked.sort(key=lambda one: _mark(one, query.sort_by), reverse=query.descending)
        if after is not None:
            mark = (after["value"], after["key"])
            ranked = [one for one in ranked if _beyond(_mark(one, query.sort_by), mark, query)]
        shown = tuple(ranked[:limit])
        self.reads.append(len(shown))
        if len(ranked) <= limit:
            return Page(shown, None)
        value, key = _mark(shown[-1], query.sort_by)
        return Page(shown, {"value": value, "key": key})

    def newest(
        self, user_id: str, posted_from: datetime, posted_before: datetime, most: int
    ) -> Some:
        query = PostQuery(
            user_id=user_id,
            sort_by=PostSort.POSTED_AT,
            posted_from=posted_from,
            posted_before=posted_before,
        )
        found = [one for one in self._of(user_id) if query.matches(one)]
        found.sort(key=lambda one: _mark(one, PostSort.POSTED_AT), reverse=True)
        self.reads.append(min(len(found), most))
        return Some(tuple(found[:most]), whole=len(found) <= most)

    def snapshots(self, segment_id: str, post: Post, start: datetime, end: datetime) -> History:
        kept = self._segments.snapshots.get((segment_id, *post.key), {})
        times = sorted(kept)
        before = [kept[at] for at in times if at < start]
        within = tuple(kept[at] for at in times if start <= at < end)
        return History(before[-1] if before else None, within)

    def _of(self, user_id: str) -> Iterator[PostedPost]:
        hidden = self._hidden.hidden(user_id)
        for row in self._segments.all():
            if row.user_id == user_id and row.video_id not in hidden:
                for post in row.social_media_usage:
                    yield PostedPost(segment_id=row.segment_id, video_id=row.video_id, post=post)


def _mark(one: PostedPost, by: PostSort) -> tuple[Any, str]:
    value = one.value(by)
    plain = to_iso(value) if isinstance(value, datetime) else value
    return plain, f"{one.segment_id}#{one.post.platform}#{one.post.post_id}"


def _beyond(mark: tuple[Any, str], after: tuple[Any, Any], query: PostQuery) -> bool:
    return bool(mark < after if query.descending else mark > after)
