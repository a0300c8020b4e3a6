"""What is told of a deletion. It outlives its video, and so does what is told of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from functions.domain.deletions.deletion import DeletionState
from functions.domain.events.change import (
    FAILURE,
    Change,
    Draft,
    Row,
    Schema,
    data_schema,
    failure_of,
    one_of,
)
from functions.domain.events.event import EventType

SCHEMAS: Final[Mapping[EventType, Schema]] = {
    EventType.DELETION_UPDATED: data_schema(
        state=one_of(DeletionState),
        attempt={"type": "integer", "minimum": 1},
        error=FAILURE,
    ),
}


def drafts(change: Change) -> Iterator[Draft]:
    now = change.after
    if now is None or "deletion_id" not in now:
        return
    told = _told(now)
    if change.before is None or _told(change.before) != told:
        yield Draft(
            user_id=now["user_id"],
            type=EventType.DELETION_UPDATED,
            subject_id=now["deletion_id"],
            video_id=now["video_id"],
            data=told,
        )


def _told(row: Row) -> dict[str, Any]:
    return {
        "state": row.get("state"),
        "attempt": row.get("attempt", 1),
        "error": failure_of(row),
    }
