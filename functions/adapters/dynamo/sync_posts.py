"""Posts that are followed, in DynamoDB. Only those that are due some day are in an index of few
shards."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from functions.adapters.dynamo.failures import ConditionFailedError
from functions.adapters.dynamo.table import Table
from functions.domain.codec import from_plain, to_plain
from functions.domain.paging import Position
from functions.domain.platforms.syncing import SHARDS, PostKey, SyncPost
from functions.domain.posts.post import Platform
from functions.domain.times import to_iso

BY_DUE: Final = "sync_shard-next_sync_at-index"
BY_USER: Final = "user_id-platform-index"
_VERSION: Final = {"#version": "version"}


class DynamoSyncPosts:
    def __init__(self, table: str) -> None:
        self._table = Table(table, "social posts")

    def get_many(self, keys: Sequence[PostKey]) -> list[SyncPost]:
        return [_post(row) for row in self._table.get_many([_key(*key) for key in keys])]

    def of_segment(self, segment_id: str) -> list[SyncPost]:
        values = {":segment": segment_id}
        return list(self._all("segment_id = :segment", values, consistent=True))

    def of_user(self, user_id: str, platform: Platform | None = None) -> Iterator[SyncPost]:
        condition, values = "user_id = :user", {":user": user_id}
        if platform is not None:
            condition, values = f"{condition} AND platform = :at", {**values, ":at": platform.value}
        yield from self._all(condition, values, index=BY_USER)

    def due(self, now: datetime, limit: int) -> list[SyncPost]:
        found: list[SyncPost] = []
        for shard in range(SHARDS):
            rows = self._all(
                "sync_shard = :shard AND next_sync_at <= :now",
                {":shard": str(shard), ":now": to_iso(now)},
                index=BY_DUE,
                most=-(-limit // SHARDS),
            )
            found += rows
        return found

    def save(self, post: SyncPost) -> bool:
        saved = replace(post, version=post.version + 1)
        condition = "#version = :read" if post.version else "attribute_not_exists(segment_id)"
        read = {":read": post.version} if post.version else {}
        try:
            self._table.put(_row(saved), condition, read, _VERSION if post.version else {})
        except ConditionFailedError:
            return False
        return True

    def remove(self, post: SyncPost) -> None:
        self._table.delete_many([_key(*post.key)])

    def _all(
        self,
        condition: str,
        values: dict[str, Any],
        *,
        index: str | None = None,
        most: int | None = None,
        consistent: bool = False,
    ) -> Iterator[SyncPost]:
        after: Position | None = None
        left = most
        while left is None or left > 0:
            page = self._table.query(
                condition, values, limit=left, index=index, after=after, consistent=consistent
            )
            yield from map(_post, page.items)
            after = page.next
            if after is None:
                return
            left = None if left is None else left - len(page.items)


def _key(segment_id: str, platform: Platform, post_id: str) -> dict[str, str]:
    return {"segment_id": segment_id, "platform#post_id": f"{platform.value}#{post_id}"}


def _row(post: SyncPost) -> dict[str, Any]:
    """Only what is due some day has a shard, and so is in the index."""
    row: dict[str, Any] = {**to_plain(post), **_key(*post.key)}
    if post.next_sync_at is not None:
        row["sync_shard"] = post.shard
    return row


def _post(row: dict[str, Any]) -> SyncPost:
    return from_plain(SyncPost, row)
