"""One call to a platform for posts of one account, and what comes of it: safe to repeat.

The posts' own rows are written last: who is killed before that leaves them planned, and whoever
does the batch again, by a retry or once the plan's lease is over, finds them so.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from functions.domain.errors import NotFoundError
from functions.domain.platforms.accounts import ReconnectNeededError, SocialAccount
from functions.domain.platforms.budgets import Pace, pace_told
from functions.domain.platforms.cadence import Cadence
from functions.domain.platforms.errors import (
    AppRefusedError,
    PlatformError,
    QuotaExhaustedError,
    RateLimitedError,
    ScopeMissingError,
    TokenRefusedError,
)
from functions.domain.platforms.ports import PostNumbers
from functions.domain.platforms.readings import (
    BatchReading,
    PostReading,
    PostRef,
    PostState,
    QuotaNotice,
)
from functions.domain.platforms.syncing import ABSENCES, Budgets, PostKey, SyncPost, SyncPosts
from functions.domain.ports import SegmentStore
from functions.domain.posts.post import Platform
from functions.services.posts.fresh_tokens import Keyring, connected, fresh_tokens, give_up
from functions.services.posts.keep_numbers import DisconnectedError, keep_numbers

logger = logging.getLogger(__name__)
# Near a limit an account's next call waits for so long.
_SLOWER: Final = timedelta(minutes=1)
# Where nobody knows until when, it is looked at once a day.
_SOME_DAY: Final = timedelta(days=1)
_SOON: Final = timedelta(minutes=5)
# What only whoever runs this installation can mend is tried again so often.
_UNTIL_MENDED: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncTools:
    """`numbers` makes the adapter of a platform."""

    posts: SyncPosts
    segments: SegmentStore
    budgets: Budgets
    keyring: Keyring
    numbers: Callable[[Platform], PostNumbers]
    cadence: Cadence
    with_youtube: bool
    clock: Callable[[], datetime]
    timer: Callable[[], float] = time.monotonic


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncOutcome:
    """Posts by what became of them, requests that were made and how long they took together, the
    error that kept them all, whether that is our own app's, and the share of its limit that the
    platform says is used."""

    read: int = 0
    missed: int = 0
    failed: int = 0
    waiting: int = 0
    calls: int = 0
    error: str | None = None
    of_our_app: bool = False
    seconds: float = 0.0
    quota_used: float | None = None


def sync_posts(
    tools: SyncTools,
    user_id: str,
    platform: Platform,
    keys: Sequence[PostKey],
    planned_at: datetime,
) -> SyncOutcome:
    """Posts that are not planned for this very time are another's, or done, and left alone."""
    rows = [row for row in tools.posts.get_many(keys) if row.planned_at == planned_at]
    if not rows:
        return SyncOutcome()
    now = tools.clock()
    until = tools.budgets.blocked(platform, user_id, now) or tools.budgets.take(
        platform, len(rows), now
    )
    if until is not None:
        return _waiting(tools, rows, until, "limit")
    began = tools.timer()
    refs = [PostRef(post_id=row.post_id, details=row.details) for row in rows]
    try:
        account = connected(tools.keyring, user_id, platform)
        told = _read(tools, user_id, platform, refs)
    except (NotFoundError, ReconnectNeededError) as error:
        for row in rows:
            tools.posts.save(row.paused(error.code))
        return SyncOutcome(waiting=len(rows), error=error.code)
    except PlatformError as error:
        refused = _refused(tools, user_id, rows, error)
        return replace(refused, seconds=tools.timer() - began)
    seconds = tools.timer() - began
    _charge(tools, platform, told.calls)
    _heed(tools, platform, user_id, told.quota)
    try:
        kept = _kept(tools, account, rows, told, planned_at)
    except DisconnectedError:
        # What it told is not kept, and whoever forgets the account has the rows.
        kept = SyncOutcome(waiting=len(rows), calls=told.calls, error="disconnected")
    used = told.quota.used if told.quota else None
    return replace(kept, seconds=seconds, quota_used=used)


def _read(
    tools: SyncTools, user_id: str, platform: Platform, refs: Sequence[PostRef]
) -> BatchReading:
    """A token that is refused is renewed once; if the new one is refused as well, the user has to
    help. Raises NotFoundError, ReconnectNeededError, PlatformError."""
    adapter, keyring = tools.numbers(platform), tools.keyring
    tokens = fresh_tokens(keyring, user_id, platform)
    try:
        try:
            return adapter.read(tokens, refs)
        except TokenRefusedError as error:
            if error.final:
                raise
            tools.budgets.charge(platform, error.calls, tools.clock())
            tokens = fresh_tokens(keyring, user_id, platform, refused=tokens.access)
            return adapter.read(tokens, refs)
    except (TokenRefusedError, ScopeMissingError) as error:
        give_up(keyring, user_id, platform, tokens, error.reason)
        raise ReconnectNeededError(platform, error.reason) from error


def _charge(tools: SyncTools, platform: Platform, calls: int) -> None:
    """One was taken before."""
    if calls > 1:
        tools.budgets.charge(platform, calls - 1, tools.clock())


def _refused(
    tools: SyncTools, user_id: str, rows: Sequence[SyncPost], error: PlatformError
) -> SyncOutcome:
    now = tools.clock()
    extra = {"platform": error.platform, "code": error.code, "reason": error.reason}
    logger.warning("platform refused a batch", extra=extra)
    _charge(tools, error.platform, error.calls)
    if isinstance(error, QuotaExhaustedError):
        until = error.until or now + _SOME_DAY
        tools.budgets.block(error.platform, None, until)
        # Posts that are put off are not overdue: this is what the operator hears of it by.
        waiting = _waiting(tools, rows, until, error.code, error.calls)
        return replace(waiting, quota_used=1.0)
    if isinstance(error, RateLimitedError):
        tools.budgets.block(error.platform, user_id, error.retry_at)
        return _waiting(tools, rows, error.retry_at, error.code, error.calls)
    if isinstance(error, AppRefusedError):
        until = now + _UNTIL_MENDED
        tools.budgets.block(error.platform, user_id, until)
        waiting = _waiting(tools, rows, until, error.code, error.calls)
        return replace(waiting, of_our_app=True)
    for row in rows:
        tools.posts.save(row.failed(now, error.code))
    return SyncOutcome(failed=len(rows), calls=error.calls, error=error.code)


def _waiting(
    tools: SyncTools, rows: Sequence[SyncPost], until: datetime, why: str, calls: int = 0
) -> SyncOutcome:
    for row in rows:
        tools.posts.save(row.postponed(until, why))
    return SyncOutcome(waiting=len(rows), calls=calls, error=why)


def _heed(tools: SyncTools, platform: Platform, user_id: str, notice: QuotaNotice | None) -> None:
    """What an answer says of the limits: near one the account slows, at it it waits."""
    if notice is None:
        return
    now = tools.clock()
    match pace_told(notice.used):
        case Pace.WAIT:
            tools.budgets.block(platform, user_id, notice.resets_at or now + _SOON)
        case Pace.SLOW:
            tools.budgets.block(platform, user_id, now + _SLOWER)
        case Pace.FREE:
            return


def _kept(
    tools: SyncTools,
    account: SocialAccount,
    rows: Sequence[SyncPost],
    told: BatchReading,
    at: datetime,
) -> SyncOutcome:
    by_post = {reading.post_id: reading for reading in told.readings}
    segments: dict[str, list[SyncPost]] = {}
    for row in rows:
        segments.setdefault(row.segment_id, []).append(row)
    counts = dict.fromkeys(PostState, 0)
    for segment_id, mine in segments.items():
        known = keep_numbers(
            tools.segments,
            segment_id,
            account.platform,
            [by_post[row.post_id] for row in mine if _is_news(row, by_post[row.post_id])],
            at,
            with_youtube=tools.with_youtube,
            is_connected=lambda: _is_the_same(tools, account),
        )
        for row in mine:
            reading = by_post[row.post_id]
            counts[reading.state] += 1
            _settle(tools, row, reading, at, is_linked=row.post_id in known)
    return SyncOutcome(
        read=counts[PostState.READ],
        missed=counts[PostState.MISSING] + counts[PostState.FORBIDDEN],
        failed=counts[PostState.FAILED],
        calls=told.calls,
    )


def _is_the_same(tools: SyncTools, account: SocialAccount) -> bool:
    """Neither disconnected nor connected anew since it was read with."""
    known = tools.keyring.accounts.get(account.user_id, account.platform)
    return known is not None and known.connected_at == account.connected_at


def _is_news(row: SyncPost, reading: PostReading) -> bool:
    """Numbers, or that the post is not there once more than can be chance."""
    gone = reading.state in {PostState.MISSING, PostState.FORBIDDEN}
    return reading.state is PostState.READ or (gone and row.absences + 1 >= ABSENCES)


def _settle(
    tools: SyncTools, row: SyncPost, reading: PostReading, at: datetime, *, is_linked: bool
) -> None:
    """One that was told of, and that its segment has no more, is followed no longer."""
    match reading.state:
        case PostState.READ if not is_linked:
            tools.posts.remove(row)
        case PostState.READ:
            tools.posts.save(row.seen(at, tools.cadence, reading.details))
        case PostState.MISSING | PostState.FORBIDDEN:
            tools.posts.save(row.missed(at, tools.cadence, f"{reading.state}:{reading.why}"))
        case PostState.FAILED:
            tools.posts.save(row.failed(at, reading.why))
