"""An event: one change of state, told once, in the order of its user.

A user's events are numbered from 1 without gaps. What an event tells is small: ids, states and
numbers; never a signed URL, a token or a text that a user wrote at length.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from functions.domain.ids import derived_id

KEPT: Final = timedelta(days=7)
"""How long the log keeps an event."""


class EventType(StrEnum):
    """All there are. A name once told never means anything else; what its `data` looks like has a
    version of its own, see `VERSIONS`."""

    VIDEO_CREATED = "video.created"
    VIDEO_UPDATED = "video.updated"
    RUN_CREATED = "run.created"
    RUN_UPDATED = "run.updated"
    RUN_PROGRESS = "run.progress"
    STAGE_UPDATED = "stage.updated"
    SEGMENT_CREATED = "segment.created"
    SEGMENT_UPDATED = "segment.updated"
    SEGMENT_DELETED = "segment.deleted"
    CLIP_CREATED = "clip.created"
    CLIP_UPDATED = "clip.updated"
    CLIP_DELETED = "clip.deleted"
    MOMENT_CREATED = "moment.created"
    MOMENT_UPDATED = "moment.updated"
    MOMENT_DELETED = "moment.deleted"
    GENERATION_UPDATED = "generation.updated"
    LIPSYNC_UPDATED = "lipsync.updated"
    POST_UPDATED = "post.updated"
    ACCOUNT_UPDATED = "account.updated"
    DELETION_UPDATED = "deletion.updated"
    WEBHOOK_UPDATED = "webhook.updated"


PROGRESS: Final = frozenset({EventType.RUN_PROGRESS})
"""Those that may be thinned: a later one says all that an earlier one said."""

VERSIONS: Final[Mapping[EventType, int]] = dict.fromkeys(EventType, 1)
"""The version of each type's schema. It grows when a field goes or changes its meaning; a new
field alone does not change it: readers pass over what they do not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """`sequence` counts from 1, per user, without gaps. `subject_id` is what changed: a segment, a
    job, a moment, an account. `video_id` is None for what belongs to no video."""

    event_id: str
    user_id: str
    sequence: int
    type: EventType
    version: int
    at: datetime
    subject_id: str
    video_id: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises ValueError for what no event is."""
        if self.sequence < 1:
            raise ValueError("an event's sequence counts from 1")
        if self.at.tzinfo is None:
            raise ValueError("an event's time is aware")


def event_id_of(user_id: str, type_: EventType, *change: object) -> str:
    """The id that every attempt at telling one change gives it."""
    return derived_id("event", user_id, type_.value, *change)
