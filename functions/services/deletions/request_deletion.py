"""A user has a video deleted: it is hidden here, and an execution does the rest.

The execution is started first, and marks the video, too: so whoever is killed in between has asked
for a deletion that is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.domain.deletions.deletion import Deletion, DeletionState, deletion_id_of
from functions.domain.deletions.ports import DeletionStore, Executions
from functions.domain.errors import NotFoundError, PreconditionError, StaleWriteError
from functions.domain.ports import VideoStore
from functions.services.deletions.mark_video import mark_video
from functions.services.ownership import Caller, is_id, own_video

LONGEST = timedelta(hours=13)
"""An execution has ended by then, whatever became of it: it may run for twelve hours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletionStores:
    videos: VideoStore
    deletions: DeletionStore
    executions: Executions


def request_deletion(
    caller: Caller,
    video_id: str,
    *,
    stores: DeletionStores,
    now: datetime,
    settle: timedelta,
    accepted: frozenset[int] | None = None,
) -> Deletion:
    """The receipt, the same however often it is asked for; a deletion that has failed is begun
    again. Raises NotFoundError, and PreconditionError if the video is at no accepted version."""
    try:
        video = own_video(caller, stores.videos, video_id)
    except NotFoundError:
        known = _known(caller, video_id, stores)
        if known is None:
            raise
        return _gone_on(known, stores, now)
    if accepted is not None and video.version not in accepted:
        raise PreconditionError("The video", video.version)
    return begin_deletion(stores, caller.user_id, video_id, now=now, settle=settle)


def begin_deletion(
    stores: DeletionStores, user_id: str, video_id: str, *, now: datetime, settle: timedelta
) -> Deletion:
    """Whether or not the video is shown to its user. Raises NotFoundError where it has no row."""
    _start(stores, f"{deletion_id_of(video_id)}-1", user_id, video_id)
    return mark_video(
        stores.videos,
        stores.deletions,
        user_id=user_id,
        video_id=video_id,
        now=now,
        settle=settle,
    )


def _known(caller: Caller, video_id: str, stores: DeletionStores) -> Deletion | None:
    """Receipts lie with their user: nobody else's is found."""
    if not is_id(video_id):
        return None
    return stores.deletions.get(caller.user_id, deletion_id_of(video_id))


def _has_ended(known: Deletion, now: datetime) -> bool:
    """Without having deleted all."""
    over = known.state is DeletionState.DELETING and now > known.started_at + LONGEST
    return over or known.state is DeletionState.FAILED


def _gone_on(known: Deletion, stores: DeletionStores, now: datetime) -> Deletion:
    if known.state is DeletionState.DELETED:
        return known
    if _has_ended(known, now):
        return _begun_again(known, stores, now)
    # Whoever has begun it again may have been killed before this; once is enough.
    _start(stores, known.execution, known.user_id, known.video_id)
    return known


def _begun_again(known: Deletion, stores: DeletionStores, now: datetime) -> Deletion:
    try:
        known = stores.deletions.reopen(known, now)
    except StaleWriteError:
        # Another request was first, and starts it.
        return stores.deletions.get(known.user_id, known.deletion_id) or known
    _start(stores, known.execution, known.user_id, known.video_id)
    return known


def _start(stores: DeletionStores, name: str, user_id: str, video_id: str) -> None:
    stores.executions.start(name, {"video_id": video_id, "user_id": user_id})
