"""The one choke point of ownership: nothing of another user's passes, and it looks like nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from functions.domain.deletions.deletion import Deletion, deletion_id_of
from functions.domain.deletions.ports import DeletionStore
from functions.domain.errors import GoneError, NotFoundError
from functions.domain.ports import SegmentStore, VideoStore
from functions.domain.segments.segment import Segment
from functions.domain.tiers import Tier
from functions.domain.video import Video


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as the token says; `about` collects the videos that what is asked for is about."""

    user_id: str
    tier: Tier
    about: set[str] = field(default_factory=set, compare=False, repr=False)


class _Owned(Protocol):
    @property
    def user_id(self) -> str: ...


MAX_ID = 64
Thing = TypeVar("Thing", bound=_Owned)


def require_owner(caller: Caller, thing: Thing | None, what: str) -> Thing:
    """The thing, if it is the caller's. Raises NotFoundError for absent and for foreign alike."""
    if thing is None or thing.user_id != caller.user_id:
        raise NotFoundError(f"{what}.not_found", f"There is no such {what}.")
    return thing


def own_video(caller: Caller, videos: VideoStore, video_id: str) -> Video:
    video = require_owner(caller, videos.get(video_id) if is_id(video_id) else None, "video")
    if not video.visible:
        raise NotFoundError("video.not_found", "There is no such video.")
    caller.about.add(video.video_id)
    return video


def own_segment(caller: Caller, segments: SegmentStore, segment_id: str) -> Segment:
    known = segments.get(segment_id) if is_id(segment_id) else None
    segment = require_owner(caller, known, "segment")
    caller.about.add(segment.video_id)
    return segment


def own_deletion(caller: Caller, deletions: DeletionStore, deletion_id: str) -> Deletion:
    """A receipt, which outlives its video."""
    known = deletions.get(caller.user_id, deletion_id) if is_id(deletion_id) else None
    return require_owner(caller, known, "deletion")


def require_not_deleted(deletions: DeletionStore, caller: Caller, video_id: str, what: str) -> None:
    """An id is used once: what still comes for the old video would come to the new one. Raises
    GoneError where the video was deleted."""
    if deletions.get(caller.user_id, deletion_id_of(video_id)) is not None:
        says = f"The {what} of this Idempotency-Key was deleted; use another key."
        raise GoneError(f"{what}.deleted", says)


def is_id(text: str) -> bool:
    """Whether it can be an id at all: a table refuses keys that are very long."""
    return 0 < len(text) <= MAX_ID
