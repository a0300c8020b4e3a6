"""Lists of a user's posts, whichever segments they are of: how one is asked for, and its port."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from functions.domain.paging import Page, Position
from functions.domain.posts.post import Number, Platform, Post


class PostSort(StrEnum):
    VIEWS = "views"
    ENGAGEMENT_RATE = "engagement_rate"
    POSTED_AT = "posted_at"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedPost:
    """A post, and what it is a posting of."""

    segment_id: str
    video_id: str
    post: Post

    def value(self, by: PostSort) -> int | float | datetime | None:
        """What it is sorted by; None where that is not known."""
        match by:
            case PostSort.VIEWS:
                return self.post.views.value
            case PostSort.ENGAGEMENT_RATE:
                return self.post.engagement_rate
            case PostSort.POSTED_AT:
                return self.post.posted_at


@dataclass(frozen=True, slots=True, kw_only=True)
class PostQuery:
    """Posts of which the value that they are sorted by is known. `posted_from` is included,
    `posted_before` is not; a post whose time is not known is in no stretch of time. Those of
    platforms that stay `apart` are not ranked with others."""

    user_id: str
    sort_by: PostSort = PostSort.VIEWS
    descending: bool = True
    platform: Platform | None = None
    video_id: str | None = None
    segment_id: str | None = None
    posted_from: datetime | None = None
    posted_before: datetime | None = None
    apart: frozenset[Platform] = frozenset()

    def matches(self, one: PostedPost) -> bool:
        post = one.post
        return (
            one.value(self.sort_by) is not None
            and self.platform in {None, post.platform}
            and self.video_id in {None, one.video_id}
            and self.segment_id in {None, one.segment_id}
            and post.platform not in self.apart
            and self._in_time(post.posted_at)
        )

    def _in_time(self, at: datetime | None) -> bool:
        if self.posted_from is None and self.posted_before is None:
            return True
        return (
            at is not None
            and (self.posted_from is None or at >= self.posted_from)
            and (self.posted_before is None or at < self.posted_before)
        )


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A post's numbers as they were at a time."""

    at: datetime
    numbers: Mapping[str, Number]


@dataclass(frozen=True, slots=True)
class History:
    """A post's snapshots of a stretch of time, in order, and the last one before it. Unless
    `whole`, only the newest of the stretch, and none before."""

    before: Snapshot | None
    within: tuple[Snapshot, ...]
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Some:
    """The newest of what was asked for; all of it if `whole`."""

    posts: tuple[PostedPost, ...]
    whole: bool


class PostLists(Protocol):
    """A user's posts as they are now, and as they were."""

    def search(self, query: PostQuery, *, limit: int, after: Position | None) -> Page[PostedPost]:
        """In the query's order; pages are filled within a read budget."""

    def newest(
        self, user_id: str, posted_from: datetime, posted_before: datetime, most: int
    ) -> Some:
        """By the time of posting, no more than so many."""

    def snapshots(self, segment_id: str, post: Post, start: datetime, end: datetime) -> History:
        """Those from `start` to before `end`."""
