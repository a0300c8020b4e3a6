"""A user leaves: accounts are disconnected, webhooks and videos deleted, and what is left at last
is removed.

An operator calls it again until it is `finished`: nothing is remembered between calls but what is
still there, so that a call may end anywhere.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from functions.domain.deletions.leaving import Leaving, UserRows
from functions.domain.errors import NotFoundError
from functions.domain.tiers import Tier
from functions.domain.webhooks.ports import WebhookStore
from functions.services.deletions.request_deletion import (
    DeletionStores,
    begin_deletion,
    request_deletion,
)
from functions.services.ownership import Caller
from functions.services.posts.connect_account import disconnect
from functions.services.posts.fresh_tokens import Keyring
from functions.services.webhooks.subscriptions import delete_webhook

_PAGE: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavingWork:
    """`settle` is how long requests may write that were let in before; `stop` says when a call's
    time is up."""

    keyring: Keyring
    webhooks: WebhookStore
    stores: DeletionStores
    rows: UserRows
    settle: timedelta
    clock: Callable[[], datetime]
    stop: Callable[[], bool]


def forget_user(user_id: str, work: LeavingWork) -> Leaving:
    """Sums and days go last: they move while segments do."""
    caller = Caller(user_id, Tier.FREE)
    accounts, webhooks = _disconnect_all(caller, work), _unsubscribe(caller, work)
    videos = _have_deleted(caller, work)
    gone = not videos and work.rows.forget(user_id, work.stop)
    return Leaving(accounts=accounts, webhooks=webhooks, videos=videos, finished=gone)


def _disconnect_all(caller: Caller, work: LeavingWork) -> int:
    known = work.keyring.accounts.of_user(caller.user_id)
    for account in known:
        # Another call may have been first.
        with suppress(NotFoundError):
            disconnect(caller, account.platform, work.keyring)
    return len(known)


def _unsubscribe(caller: Caller, work: LeavingWork) -> int:
    known = work.webhooks.of_user(caller.user_id)
    for webhook in known:
        with suppress(NotFoundError):
            delete_webhook(caller, webhook.webhook_id, webhooks=work.webhooks)
    return len(known)


def _have_deleted(caller: Caller, work: LeavingWork) -> int:
    """How many are not gone yet, as far as they were looked at. Those that are being deleted are
    in no list of videos; a deletion of theirs that has failed is begun again."""
    hidden = work.stores.deletions.hidden(caller.user_id)
    count = 0
    for video_id in itertools.chain(sorted(hidden), _listed(caller.user_id, work)):
        _have_one_deleted(caller, video_id, work)
        count += 1
        if work.stop():
            break
    return count


def _have_one_deleted(caller: Caller, video_id: str, work: LeavingWork) -> None:
    now = work.clock()
    try:
        request_deletion(caller, video_id, stores=work.stores, now=now, settle=work.settle)
    except NotFoundError:
        # An upload that was given up: nobody is shown it, and its row is there.
        with suppress(NotFoundError):
            begin_deletion(work.stores, caller.user_id, video_id, now=now, settle=work.settle)


def _listed(user_id: str, work: LeavingWork) -> Iterator[str]:
    after = None
    while True:
        page = work.stores.videos.of_user(user_id, limit=_PAGE, after=after)
        yield from (video.video_id for video in page.items)
        after = page.next
        if after is None:
            return
