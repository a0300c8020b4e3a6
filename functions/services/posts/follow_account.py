"""What follows from connecting an account, and from disconnecting it: its posts are looked at
again, or nothing is kept any more of what was read with its tokens.

Both start from the account's row as the stream tells of it, so they may run twice, late, or side by
side: what counts is whether the account is there now.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from functions.domain.errors import StaleWriteError
from functions.domain.platforms.accounts import AccountStatus, AccountStore
from functions.domain.platforms.syncing import SyncPost, SyncPosts
from functions.domain.ports import SegmentStore
from functions.domain.posts.post import Platform, combined, new_post, totals
from functions.domain.segments.segment import Segment
from functions.services.segments.change_segment import ATTEMPTS, pause


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountWork:
    """Where accounts, their posts and the numbers of those are."""

    accounts: AccountStore
    posts: SyncPosts
    segments: SegmentStore
    with_youtube: bool
    clock: Callable[[], datetime]


def resume(user_id: str, platform: Platform, work: AccountWork) -> int:
    """All posts that waited for the account are due; returns how many there are."""
    waiting = [row for row in work.posts.of_user(user_id, platform) if row.next_sync_at is None]
    now = work.clock()
    return sum(work.posts.save(row.postponed(now, "connected")) for row in waiting)


def forget_account(user_id: str, platform: Platform, work: AccountWork) -> int:
    """Take back what a disconnected account has told; returns of how many posts. Numbers of posts
    that were never looked at are their user's own, and stay; so do the links. Safe to repeat.
    """
    found = {row.segment_id for row in work.posts.of_user(user_id, platform)}
    told = 0
    for segment_id in sorted(found):
        # Read once more: an index may not tell of a look that has just begun.
        every = work.posts.of_segment(segment_id)
        of_it = [row for row in every if (row.user_id, row.platform) == (user_id, platform)]
        if any(row.begun for row in of_it):
            _take_back(work, segment_id, platform)
            told += len(of_it)
        for row in of_it:
            _settle(work, row)
    return told


def _take_back(work: AccountWork, segment_id: str, platform: Platform) -> None:
    """The segment is written even if nothing is to be taken back: numbers that are on their way to
    it were read with the account, and must not come after this."""
    for attempt in range(ATTEMPTS):
        segment = work.segments.get(segment_id)
        if segment is None:
            return
        changed = _untold(segment, platform, work)
        try:
            segment = work.segments.save(segment, changed)
        except StaleWriteError:
            pause(attempt)
        else:
            work.segments.forget_numbers(segment, platform)
            return
    raise StaleWriteError("The segment")


def _untold(segment: Segment, platform: Platform, work: AccountWork) -> Segment:
    """With its links as they were made, before any number was told."""
    posts = tuple(
        replace(
            new_post(post.platform, post.post_id, post.linked_at),
            post_url=post.post_url,
            posted_at=post.posted_at,
        )
        if post.platform is platform
        else post
        for post in segment.social_media_usage
    )
    if posts == segment.social_media_usage:
        return segment
    sums = totals(combined(posts, with_youtube=work.with_youtube))
    return replace(
        segment,
        social_media_usage=posts,
        views=sums.views,
        engagement_rate=sums.engagement_rate,
        updated_at=work.clock(),
    )


def _settle(work: AccountWork, row: SyncPost) -> None:
    """Last: until then a repeat finds what is left to take back. Where the account is connected
    again, the post is due at once."""
    for attempt in range(ATTEMPTS):
        account = work.accounts.get(row.user_id, row.platform)
        there = account is not None and account.status is AccountStatus.CONNECTED
        if work.posts.save(row.forgotten(work.clock() if there else None)):
            return
        known = work.posts.get_many([row.key])
        if not known:
            return
        row = known[0]
        pause(attempt)
    raise StaleWriteError("The post")
