"""Looks at posts on demand: granted to each user within an hour's limit, planned and done beside
the schedule, from the same budgets.

X bills by post and day: what is read there once a day by the schedule is not read more often here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from functions.domain.errors import NotFoundError, UnavailableError
from functions.domain.ids import new_id
from functions.domain.platforms.accounts import AccountStatus, AccountStore
from functions.domain.platforms.cadence import Cadence, next_day
from functions.domain.platforms.demands import (
    FRESH,
    SPARE,
    Demand,
    DemandRuns,
    Demands,
    TooManyLooksError,
)
from functions.domain.platforms.grouping import Batch, DuePost, in_batches
from functions.domain.platforms.syncing import Budgets, SyncPlan, SyncPost, SyncPosts
from functions.domain.ports import SegmentStore
from functions.domain.posts.post import Platform
from functions.services.ownership import Caller
from functions.services.posts.follow_posts import follow_posts

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandWork:
    """What a demand is granted and planned with; `cadence` says where a day has but one look."""

    demands: Demands
    accounts: AccountStore
    posts: SyncPosts
    segments: SegmentStore
    budgets: Budgets
    cadence: Cadence
    clock: Callable[[], datetime]


def ask_for_sync(
    caller: Caller, work: DemandWork, runs: DemandRuns, *, an_hour: int, segment_id: str | None
) -> Demand:
    """Of all of the caller's posts, or of one segment's. Raises TooManyLooksError where none of
    the hour's calls are left. What would read nothing costs nothing, and is done at once."""
    now = work.clock()
    wanted = len(in_batches(_keys(_open(caller.user_id, segment_id, work, now)[0])))
    granted = 0
    if wanted or segment_id:
        granted, until = work.budgets.grant(caller.user_id, max(wanted, 1), an_hour, now)
        if not granted:
            raise TooManyLooksError(until, now)
    demand = Demand(
        user_id=caller.user_id,
        sync_id=new_id(now),
        asked_at=now,
        most=granted,
        segment_id=segment_id,
        batches=None if granted else 0,
    )
    work.demands.create(demand)
    if granted:
        runs.start(demand)
    return demand


def look_at_once(
    caller: Caller,
    work: DemandWork,
    runs: DemandRuns,
    *,
    an_hour: int,
    segment_id: str,
    at: Platform,
) -> Demand | None:
    """Of a segment that a post was linked with. None where that is the schedule's: its account is
    not connected, none of the hour's calls are left, or what does it cannot be reached."""
    account = work.accounts.get(caller.user_id, at)
    if account is None or account.status is not AccountStatus.CONNECTED:
        return None
    try:
        return ask_for_sync(caller, work, runs, an_hour=an_hour, segment_id=segment_id)
    except (TooManyLooksError, UnavailableError) as error:
        logger.info("post left to the schedule", extra={"code": error.code, "platform": at})
        return None


def own_demand(caller: Caller, demands: Demands, sync_id: str) -> Demand:
    """Raises NotFoundError."""
    found = demands.get(caller.user_id, sync_id)
    if found is None:
        raise NotFoundError("sync.not_found", "There is no such sync.")
    return found


def plan_demand(user_id: str, sync_id: str, work: DemandWork) -> SyncPlan | None:
    """Whoever repeats it plans the same: what is planned carries the demand's own time.

    None where the demand is gone, or nothing is to be done for it.
    """
    demand = work.demands.get(user_id, sync_id)
    if demand is None:
        return None
    if demand.segment_id is not None:
        # It may have been linked a moment ago.
        follow_posts(demand.segment_id, work.segments, work.posts, work.clock())
    open_, others = _open(user_id, demand.segment_id, work, demand.asked_at)
    rows = {row.key: row for row in open_}
    batches = in_batches(_keys(open_))
    chosen: list[Batch] = []
    for batch in _with_room(batches[: demand.most], work, demand.asked_at):
        mine = [post for post in batch.posts if _planned(rows[_key(post)], demand, work)]
        if mine:
            chosen.append(Batch(batch.user_id, batch.platform, tuple(mine)))
    posts = sum(len(batch.posts) for batch in chosen)
    left_out = len(open_) - posts + others
    work.demands.planned(replace(demand, batches=len(chosen), posts=posts, left_out=left_out))
    if not chosen:
        return None
    return SyncPlan(planned_at=demand.asked_at, batches=tuple(chosen))


def _planned(row: SyncPost, demand: Demand, work: DemandWork) -> bool:
    return row.planned_at == demand.asked_at or work.posts.save(row.planned(demand.asked_at))


def _with_room(batches: Iterable[Batch], work: DemandWork, now: datetime) -> Iterable[Batch]:
    """The schedule's share of what all users have is not for those who ask first."""
    spare: dict[Platform, bool] = {}
    for batch in batches:
        if batch.platform not in spare:
            spare[batch.platform] = work.budgets.used(batch.platform, now) < SPARE
        if spare[batch.platform]:
            yield batch


def _open(
    user_id: str, segment_id: str | None, work: DemandWork, now: datetime
) -> tuple[list[SyncPost], int]:
    """Posts that may be looked at now, the one longest ago first, and how many others there are."""
    connected = {
        account.platform
        for account in work.accounts.of_user(user_id)
        if account.status is AccountStatus.CONNECTED
    }
    every = work.posts.of_segment(segment_id) if segment_id else work.posts.of_user(user_id)
    rows = [row for row in every if row.user_id == user_id]
    waits = {at for at in connected if work.budgets.blocked(at, user_id, now)}
    there = (row for row in rows if row.posted_at <= now and row.platform in connected - waits)
    may = [row for row in there if _is_stale(row, work, now)]
    may.sort(key=lambda row: row.synced_at or row.posted_at)
    return may, len(rows) - len(may)


def _is_stale(row: SyncPost, work: DemandWork, now: datetime) -> bool:
    """And nobody is at it, unless for this very demand."""
    if row.planned_at is not None and row.planned_at != now:
        over = row.next_sync_at is None or row.next_sync_at <= now
        return over and _since(row, work, now)
    return _since(row, work, now)


def _since(row: SyncPost, work: DemandWork, now: datetime) -> bool:
    if row.synced_at is None:
        return True
    if row.platform in work.cadence.daily:
        return next_day(row.synced_at) <= now
    return now - row.synced_at >= FRESH


def _keys(rows: Iterable[SyncPost]) -> Iterable[DuePost]:
    return (DuePost(row.user_id, row.platform, row.segment_id, row.post_id) for row in rows)


def _key(post: DuePost) -> tuple[str, Platform, str]:
    return post.segment_id, post.platform, post.post_id
