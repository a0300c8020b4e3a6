"""A video is marked for its deletion: from then on nobody is shown anything of it."""

from __future__ import annotations

from datetime import datetime, timedelta

from functions.domain.deletions.deletion import Deletion, DeletionState, deletion_id_of
from functions.domain.deletions.ports import DeletionStore
from functions.domain.errors import NotFoundError, StaleWriteError
from functions.domain.ports import VideoStore
from functions.domain.video import Video

ATTEMPTS = 20


def mark_video(
    videos: VideoStore,
    deletions: DeletionStore,
    *,
    user_id: str,
    video_id: str,
    now: datetime,
    settle: timedelta,
) -> Deletion:
    """The receipt, written once. `settle` is how long requests that were let in before may write.

    A run that is under way writes the video, too: what it wrote is read again. Raises
    NotFoundError, and StaleWriteError where writers are too many.
    """
    for left in reversed(range(ATTEMPTS)):
        # The video first: one that was marked before it was read has a receipt.
        video = videos.get(video_id)
        known = deletions.get(user_id, deletion_id_of(video_id))
        if known is not None:
            return known
        if video is None or video.user_id != user_id:
            raise NotFoundError("video.not_found", "There is no such video.")
        try:
            deletions.mark(video, _new(video, now, settle))
        except StaleWriteError:
            if not left:
                raise
    raise AssertionError("unreachable")


def _new(video: Video, now: datetime, settle: timedelta) -> Deletion:
    return Deletion(
        deletion_id=deletion_id_of(video.video_id),
        video_id=video.video_id,
        user_id=video.user_id,
        state=DeletionState.DELETING,
        requested_at=now,
        started_at=now,
        writers_until=now + settle,
    )
