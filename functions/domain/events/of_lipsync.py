"""What is told of a lip-sync job."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from functions.domain.events.change import (
    COUNT,
    FAILURE,
    NO_ID,
    Change,
    Draft,
    Row,
    Schema,
    data_schema,
    failure_of,
    one_of,
)
from functions.domain.events.event import EventType
from functions.domain.lipsync.states import LipSyncStatus

SCHEMAS: Final[Mapping[EventType, Schema]] = {
    EventType.LIPSYNC_UPDATED: data_schema(
        status=one_of(LipSyncStatus), attempts=COUNT, segment_id=NO_ID, error=FAILURE
    ),
}


def drafts(change: Change) -> Iterator[Draft]:
    now = change.after
    if now is None:
        return
    told = _told(now)
    if change.before is None or _told(change.before) != told:
        yield Draft(
            user_id=now["user_id"],
            type=EventType.LIPSYNC_UPDATED,
            subject_id=now["job_id"],
            # A video that came with its job is none of its own: it has the job's id.
            video_id=None if now.get("video_file") else now["video_id"],
            data=told,
        )


def _told(row: Row) -> dict[str, Any]:
    return {
        "status": row["status"],
        "attempts": len(row.get("attempts", ())),
        "segment_id": (row.get("result") or {}).get("segment_id"),
        "error": failure_of(row),
    }
