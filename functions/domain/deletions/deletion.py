"""The deletion of a video, and the receipt that is left of it.

deleting ──> deleted
   │ ^
   v └── asked for again
 failed
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from functions.domain.failure import Failure
from functions.domain.ids import derived_id


class DeletionState(StrEnum):
    DELETING = "deleting"
    DELETED = "deleted"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many of a kind were deleted, and their bytes where they have some."""

    count: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftover:
    """What could not be deleted; `reason` is the store's own word for why."""

    kind: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredObject:
    """One version of an object, or the mark of its removal, or an unfinished upload.

    `version` names it among those of its key; `size` in bytes. `etag` and `modified` are known
    where it was listed.
    """

    key: str
    version: str
    size: int = 0
    mark: bool = False
    etag: str | None = None
    modified: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectBatch:
    """Objects that are being deleted: written down before, so that each is counted once.

    Those that are `unfinished` are uploads that were never completed.
    """

    kind: str
    objects: tuple[StoredObject, ...]
    unfinished: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """A receipt. `writers_until`: by then all that may still write for the video has ended.

    `attempt` counts from 1; `stuck` is how often nothing but what is `left` was met; `batches`
    counts those of objects. `started_at` is when the attempt began.
    """

    deletion_id: str
    video_id: str
    user_id: str
    state: DeletionState
    requested_at: datetime
    started_at: datetime
    writers_until: datetime
    attempt: int = 1
    stuck: int = 0
    batches: int = 0
    finished_at: datetime | None = None
    deleted: Mapping[str, Tally] = field(default_factory=dict)
    left: tuple[Leftover, ...] = ()
    error: Failure | None = None
    expires_at: int | None = None

    @property
    def execution(self) -> str:
        """The name of the execution that works on it."""
        return f"{self.deletion_id}-{self.attempt}"


def deletion_id_of(video_id: str) -> str:
    """The same for every request: a video is deleted once."""
    return derived_id("deletion", video_id)
