"""Which posts are looked at now: those that are due, of accounts that need not wait, in batches.

What all users of a platform share is divided fairly among those who have posts due: who has few is
served at once, whoever else has many.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from functions.domain.platforms.budgets import divide
from functions.domain.platforms.grouping import Batch, DuePost, in_batches
from functions.domain.platforms.syncing import Budgets, SyncPlan, SyncPost, SyncPosts
from functions.domain.posts.post import Platform

# Where there is no room now, there may be after so long.
_LATER: Final = timedelta(minutes=30)


def plan_sync(posts: SyncPosts, budgets: Budgets, *, limit: int, now: datetime) -> SyncPlan:
    """Each post that is in a batch is planned for `now`; of two who plan at once, one has it."""
    due = posts.due(now, limit)
    rows = {row.key: row for row in due}
    open_, postponed = _that_may(budgets, due, posts, now)
    batches = in_batches(
        DuePost(row.user_id, row.platform, row.segment_id, row.post_id) for row in open_
    )
    chosen: list[Batch] = []
    batches.sort(key=lambda batch: min(_waits_since(rows[_key(post)]) for post in batch.posts))
    for batch, is_in in _shared_out(batches, budgets, now):
        if not is_in:
            postponed += _postpone(posts, [rows[_key(post)] for post in batch.posts], now + _LATER)
            continue
        mine = [post for post in batch.posts if posts.save(rows[_key(post)].planned(now))]
        if mine:
            chosen.append(Batch(batch.user_id, batch.platform, tuple(mine)))
    oldest: dict[Platform, datetime] = {}
    for row in due:
        if row.next_sync_at is not None:
            known = oldest.get(row.platform, row.next_sync_at)
            oldest[row.platform] = min(known, row.next_sync_at)
    return SyncPlan(planned_at=now, batches=tuple(chosen), postponed=postponed, oldest=oldest)


def _key(post: DuePost) -> tuple[str, Platform, str]:
    return post.segment_id, post.platform, post.post_id


def _waits_since(row: SyncPost) -> datetime:
    """Whoever was not looked at for longest comes first; new ones before all others."""
    return row.synced_at or row.posted_at


def _that_may(
    budgets: Budgets, due: Sequence[SyncPost], posts: SyncPosts, now: datetime
) -> tuple[list[SyncPost], int]:
    """Those of accounts that need not wait, and how many others there are."""
    waits: dict[tuple[str, Platform], datetime | None] = {}
    open_, postponed = [], 0
    for row in due:
        whose = (row.user_id, row.platform)
        if whose not in waits:
            waits[whose] = budgets.blocked(row.platform, row.user_id, now)
        until = waits[whose]
        if until is None:
            open_.append(row)
        else:
            postponed += _postpone(posts, [row], until)
    return open_, postponed


def _postpone(posts: SyncPosts, rows: Iterable[SyncPost], until: datetime) -> int:
    return sum(posts.save(row.postponed(until, "limit")) for row in rows)


def _shared_out(
    batches: Sequence[Batch], budgets: Budgets, now: datetime
) -> Iterable[tuple[Batch, bool]]:
    """Each batch, and whether there is a call for it."""
    for platform in Platform:
        of_it = [batch for batch in batches if batch.platform is platform]
        left = budgets.left(platform, now) if of_it else None
        wants: dict[str, int] = {}
        for batch in of_it:
            wants[batch.user_id] = wants.get(batch.user_id, 0) + 1
        shares = wants if left is None else divide(left, wants)
        for batch in of_it:
            shares[batch.user_id] -= 1
            yield batch, shares[batch.user_id] >= 0
