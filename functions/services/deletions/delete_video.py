"""One step of a deletion: mark the video, remove what is found, and close when nothing is.

All that is known of how far it is stands in the receipt and in what is still there. So a step may
be repeated, and end anywhere; whoever comes next looks again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from math import ceil

from functions.domain.deletions.deletion import Deletion, DeletionState, Leftover
from functions.domain.deletions.ports import DeletionStore
from functions.domain.errors import StaleWriteError
from functions.domain.failure import Failure
from functions.domain.ports import VideoStore
from functions.domain.video import Video
from functions.services.deletions.mark_video import mark_video
from functions.services.deletions.sweep_objects import NAMED
from functions.services.deletions.sweeping import Found, Kind, Sweep

TRIES = 5
"""Passes that meet nothing but what cannot be deleted, before the deletion has failed."""
LONGEST_WAIT_S = 300


class Next(StrEnum):
    """What is to be done after a step."""

    AGAIN = "again"
    WAIT = "wait"
    DELETED = "deleted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """`wait_s` seconds before the next step."""

    next: Next
    wait_s: int = 0
    removed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """`settle`: how long requests may write that were let in before the video was marked;
    `longest`: how long a worker may whose execution was stopped; `kept`: how long the receipt
    stays after the video has gone."""

    settle: timedelta
    longest: timedelta
    kept: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class DeletionWork:
    """What a step works with; `stop` says when its time is up."""

    videos: VideoStore
    deletions: DeletionStore
    kinds: Sequence[Kind]
    limits: Limits
    stop: Callable[[], bool]
    clock: Callable[[], datetime]


def delete_video(work: DeletionWork, *, user_id: str, video_id: str) -> Progress:
    """Look once at every kind of things, as far as time goes.

    Raises NotFoundError where there was no such video.
    """
    began = work.clock()
    deletion = mark_video(
        work.videos,
        work.deletions,
        user_id=user_id,
        video_id=video_id,
        now=began,
        settle=work.limits.settle,
    )
    video = work.deletions.video(deletion)
    if deletion.state is not DeletionState.DELETING or video is None:
        return _over(deletion)
    found = _pass(work, deletion, video)
    if found.refused and not found.removed:
        return _stuck(work, deletion, found.refused)
    if found.unfinished or found.removed:
        return Progress(next=Next.AGAIN, removed=found.removed)
    return _closed(work, began, user_id, deletion.deletion_id)


def _over(deletion: Deletion) -> Progress:
    """A video that is gone while its receipt says `deleting` was closed a moment ago."""
    failed = deletion.state is DeletionState.FAILED
    return Progress(next=Next.FAILED if failed else Next.DELETED)


def _pass(work: DeletionWork, deletion: Deletion, video: Video) -> Found:
    sweep = Sweep(
        video=video,
        deletion=deletion,
        deletions=work.deletions,
        stop=work.stop,
        clock=work.clock,
        longest=work.limits.longest,
    )
    removed, refused = 0, list[Leftover]()
    for kind in work.kinds:
        found = kind.sweep(sweep)
        removed += found.removed
        refused += found.refused
        # A step that has done nothing yet goes on, or none would ever do anything.
        if found.unfinished or (removed and work.stop()):
            return Found(removed=removed, refused=tuple(refused[:NAMED]), unfinished=True)
    return Found(removed=removed, refused=tuple(refused[:NAMED]))


def _stuck(work: DeletionWork, deletion: Deletion, left: tuple[Leftover, ...]) -> Progress:
    if deletion.stuck + 1 >= TRIES:
        failure = Failure(
            code="deletion.refused",
            detail="Some of it could not be deleted, and is named in `left`. Nobody is shown it. "
            "Delete the video again later; if it stays, tell us the deletion's id.",
            stage="deletion",
        )
        work.deletions.fail(deletion, failure, left)
        return Progress(next=Next.FAILED)
    work.deletions.stuck(deletion, left)
    return Progress(next=Next.WAIT, wait_s=min(10 * 2**deletion.stuck, LONGEST_WAIT_S))


def _closed(work: DeletionWork, began: datetime, user_id: str, deletion_id: str) -> Progress:
    """Nothing was found; that counts if nobody could write any more when the look began."""
    deletion = work.deletions.get(user_id, deletion_id)
    if deletion is None or deletion.state is not DeletionState.DELETING:
        return Progress(next=Next.AGAIN)
    wait = (deletion.writers_until - began).total_seconds()
    if wait > 0:
        return Progress(next=Next.WAIT, wait_s=ceil(wait))
    now = work.clock()
    try:
        work.deletions.close(deletion, now, int((now + work.limits.kept).timestamp()))
    except StaleWriteError:
        return Progress(next=Next.AGAIN)
    return Progress(next=Next.DELETED)
