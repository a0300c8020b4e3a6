"""A user has left: accounts are disconnected, webhooks and videos deleted, and what is left at last
is removed.

An operator calls it again until it is `finished`: nothing is remembered between calls but what is
still there, so that a call may end anywhere, or go on beside another.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from functions.domain.deletions.deletion import deletion_id_of
from functions.domain.deletions.leaving import Leaving, Stuck
from functions.domain.deletions.ports import StoredObjects, UserRows
from functions.domain.errors import ConflictError, InvalidInputError, NotFoundError
from functions.domain.ports import UserDirectory
from functions.domain.tiers import Tier
from functions.domain.webhooks.ports import WebhookStore
from functions.services.deletions.request_deletion import (
    DeletionStores,
    begin_deletion,
    request_deletion,
)
from functions.services.deletions.user_objects import remove_objects
from functions.services.ownership import Caller
from functions.services.posts.connect_account import disconnect
from functions.services.posts.fresh_tokens import Keyring
from functions.services.webhooks.subscriptions import delete_webhook

AT_ONCE: Final = 50
"""Deletions of one user's videos that are under way: functions are all users'."""
_PAGE: Final = 100
_TOLD: Final = 10
_SUBJECT: Final = re.compile(r"[\w-]{1,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavingWork:
    """`settle` is how long requests may write that were let in before; `stop` says when a call's
    time is up."""

    users: UserDirectory
    keyring: Keyring
    webhooks: WebhookStore
    stores: DeletionStores
    objects: StoredObjects
    rows: UserRows
    settle: timedelta
    clock: Callable[[], datetime]
    stop: Callable[[], bool]


def forget_user(user_id: Any, work: LeavingWork) -> Leaving:
    """Sums and days go last: they move while segments do.

    Raises InvalidInputError for what is no id, ConflictError while the user can still sign in."""
    if not isinstance(user_id, str) or not _SUBJECT.fullmatch(user_id):
        says = 'Send {"user_id": "…"} with the subject (`sub`) of the user.'
        raise InvalidInputError("user.no_id", says)
    if work.users.tier(user_id) is not None:
        says = "This user is in the user pool: delete the user there first, and wait for an hour."
        raise ConflictError("user.still_there", says)
    caller = Caller(user_id, Tier.FREE)
    told = Leaving(accounts=_disconnect_all(caller, work), webhooks=_unsubscribe(caller, work))
    told = _with_videos(told, caller, work)
    return told if told.videos or work.stop() else _with_the_rest(told, user_id, work)


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


def _with_videos(told: Leaving, caller: Caller, work: LeavingWork) -> Leaving:
    """As far as they were looked at. Those that are being deleted are in no list of videos; a
    deletion of theirs that has failed is begun again."""
    hidden = sorted(work.stores.deletions.hidden(caller.user_id))
    stuck = [one for video_id in hidden if (one := _stuck(caller.user_id, video_id, work))]
    free, count = max(0, AT_ONCE - len(hidden)), 0
    listed = itertools.islice(_listed(caller.user_id, work), free + 1)
    for video_id in itertools.chain(hidden, listed):
        count += 1
        if count > len(hidden) + free or work.stop():
            break
        _have_deleted(caller, video_id, work)
    return replace(told, videos=count, stuck=tuple(stuck[:_TOLD]))


def _stuck(user_id: str, video_id: str, work: LeavingWork) -> Stuck | None:
    receipt = work.stores.deletions.get(user_id, deletion_id_of(video_id))
    if receipt is None or (receipt.attempt == 1 and receipt.error is None):
        return None
    code = receipt.error.code if receipt.error else None
    return Stuck(video_id=video_id, deletion_id=receipt.deletion_id, code=code)


def _have_deleted(caller: Caller, video_id: str, work: LeavingWork) -> None:
    now = work.clock()
    try:
        request_deletion(caller, video_id, stores=work.stores, now=now, settle=work.settle)
    except NotFoundError:
        # An upload that was given up: nobody is shown it, and its row may be there.
        if work.stores.videos.get(video_id) is not None:
            begin_deletion(work.stores, caller.user_id, video_id, now=now, settle=work.settle)


def _listed(user_id: str, work: LeavingWork) -> Iterator[str]:
    after = None
    while True:
        page = work.stores.videos.of_user(user_id, limit=_PAGE, after=after)
        yield from (video.video_id for video in page.items)
        after = page.next
        if after is None:
            return


def _with_the_rest(told: Leaving, user_id: str, work: LeavingWork) -> Leaving:
    objects = remove_objects(user_id, work.objects, work.stop)
    rows = work.rows.forget(user_id, work.stop)
    done = objects.done and rows.done
    return replace(told, objects=objects.count, rows=rows.count, finished=done)
