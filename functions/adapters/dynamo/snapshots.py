"""What a post's numbers were, hour by hour: rows that are added, and not changed once their
hour is over.

Beside them stands one row of each post as it is now, by which a user's posts are listed: only that
one is in the indexes that lists read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from functions.adapters.dynamo.counter_rows import post_key
from functions.adapters.dynamo.table import Table
from functions.adapters.dynamo.transaction import Transaction
from functions.domain.codec import from_plain, to_plain
from functions.domain.paging import Position
from functions.domain.posts.history import changed
from functions.domain.posts.post import METRICS, Post
from functions.domain.posts.query import PostedPost
from functions.domain.posts.snapshots import snapshot_of
from functions.domain.segments.segment import Segment
from functions.domain.times import to_iso

KEYS: Final = ("post_key", "captured_at")
LATEST: Final = "!latest"
"""Before every time, and in none of a stretch of them."""
UNKNOWN: Final = -1
"""Under this the indexes sort what is not known."""


class Snapshots:
    def __init__(self, table: str) -> None:
        self._table = Table(table, "social snapshots")

    def posts_changed(self, writes: Transaction, before: Segment, after: Segment) -> None:
        """Keep the numbers of each post that was told anew."""
        for was, now in changed(before.social_media_usage, after.social_media_usage):
            snapshot = snapshot_of(was, now) if now else None
            if snapshot is None or now is None:
                continue
            hour = to_iso(snapshot.hour)
            key = {"post_key": _key(after, now), "captured_at": hour}
            row = {
                "captured_on": hour[:10],
                "user_id": after.user_id,
                **{metric: to_plain(now.number(metric)) for metric in METRICS},
            }
            if not snapshot.new:
                writes.add(self._table, key, {}, row)
                continue
            ends = {"expires_at": int(snapshot.ends.timestamp())} if snapshot.ends else {}
            writes.put(self._table, {**key, **row, **ends})

    def latest_changed(
        self, writes: Transaction, before: Segment | None, after: Segment | None
    ) -> None:
        """Keep each post as it is now; of a segment that goes none is listed any more."""
        one = after or before
        assert one is not None  # noqa: S101  (one of the two is given)
        old = before.social_media_usage if before else ()
        for was, now in changed(old, after.social_media_usage if after else ()):
            if now is not None:
                writes.put(self._table, to_latest(one, now))
            elif was is not None:
                key = {"post_key": _key(one, was), "captured_at": LATEST}
                # Out of every index, since nobody but a deletion may remove what is here.
                writes.update(self._table, key, "REMOVE user_id")

    def forget(self, segment: Segment, posts: Iterable[Post]) -> None:
        """Remove what some posts were; they stay listed. Safe to repeat."""
        for keys in self.pages_of(segment, posts):
            self._table.delete_many(told(keys)[0])

    def unlist(self, segment: Segment, posts: Iterable[Post]) -> None:
        """Remove the rows by which some posts are listed; safe to repeat."""
        keys = [{"post_key": _key(segment, post), "captured_at": LATEST} for post in posts]
        self._table.delete_many(keys)

    def pages_of(self, segment: Segment, posts: Iterable[Post]) -> Iterator[list[dict[str, str]]]:
        """The keys of all of some posts, read consistently: what is missed now is missed for ever,
        since nothing else knows of it."""
        for post in posts:
            after: Position | None = None
            while True:
                rows = self._table.query(
                    "post_key = :post",
                    {":post": _key(segment, post)},
                    after=after,
                    consistent=True,
                )
                yield [{name: row[name] for name in KEYS} for row in rows.items]
                after = rows.next
                if after is None:
                    break


def is_latest(key: Mapping[str, Any]) -> bool:
    return bool(key["captured_at"] == LATEST)


def told(keys: Sequence[Mapping[str, str]]) -> tuple[list[Mapping[str, str]], ...]:
    """Snapshots, and rows that stand for posts."""
    return [key for key in keys if not is_latest(key)], [key for key in keys if is_latest(key)]


def to_latest(segment: Segment, post: Post) -> dict[str, Any]:
    """A post as it is, with what lists sort and filter by."""
    views, rate = post.views.value, post.engagement_rate
    return {
        "post_key": _key(segment, post),
        "captured_at": LATEST,
        "user_id": segment.user_id,
        "video_id": segment.video_id,
        "segment_id": segment.segment_id,
        "platform": post.platform.value,
        "post": to_plain(post),
        "sort_views": UNKNOWN if views is None else views,
        "sort_engagement_rate": UNKNOWN if rate is None else rate,
        **({"posted_at": to_iso(post.posted_at)} if post.posted_at else {}),
    }


def from_latest(row: Mapping[str, Any]) -> PostedPost:
    return PostedPost(
        segment_id=row["segment_id"],
        video_id=row["video_id"],
        post=from_plain(Post, row["post"]),
    )


def _key(segment: Segment, post: Post) -> str:
    return post_key(segment.segment_id, post.platform, post.post_id)
