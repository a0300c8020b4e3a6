"""What a post's numbers were, whenever they were told: rows that are added and never changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from functions.adapters.dynamo.table import Table
from functions.adapters.dynamo.transaction import Transaction
from functions.domain.codec import to_plain
from functions.domain.paging import Position
from functions.domain.segment import Segment
from functions.domain.social import METRICS, Post
from functions.domain.social_history import changed
from functions.domain.times import to_iso

KEYS = ("post_key", "captured_at")


class Snapshots:
    def __init__(self, table: str) -> None:
        self._table = Table(table, "social snapshots")

    def posts_changed(self, writes: Transaction, before: Segment, after: Segment) -> None:
        """Keep the numbers of each post that was told anew."""
        for _, now in changed(before.social_media_usage, after.social_media_usage):
            if now is not None and now.last_synced is not None:
                at = to_iso(now.last_synced)
                numbers = {metric: to_plain(now.number(metric)) for metric in METRICS}
                row = {
                    "post_key": _key(after, now),
                    "captured_at": at,
                    "captured_on": at[:10],
                    "user_id": after.user_id,
                    **numbers,
                }
                writes.put(self._table, row)

    def forget(self, segment: Segment, posts: Iterable[Post]) -> None:
        """Remove all of some posts; safe to repeat."""
        for keys in self.pages_of(segment, posts):
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


def _key(segment: Segment, post: Post) -> str:
    return f"{segment.segment_id}#{post.platform}#{post.post_id}"
