"""What is told of a moment."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from functions.domain.events.change import (
    ID,
    NO_ID,
    Change,
    Draft,
    Row,
    Schema,
    data_schema,
    one_of,
    seconds_of,
)
from functions.domain.events.event import EventType
from functions.domain.moments.moment import MomentStatus

_DATA: Final = data_schema(
    status=one_of(MomentStatus),
    generation_id=ID,
    version={"type": "integer", "minimum": 1},
    start={"type": "number", "minimum": 0},
    end={"type": "number", "minimum": 0},
    superseded_by=NO_ID,
    clip_id=NO_ID,
)
SCHEMAS: Final[Mapping[EventType, Schema]] = {
    EventType.MOMENT_CREATED: _DATA,
    EventType.MOMENT_UPDATED: _DATA,
    EventType.MOMENT_DELETED: _DATA,
}


def drafts(change: Change) -> Iterator[Draft]:
    row = change.row
    if "generation_id" not in row or "user_id" not in row:
        # A row that keeps order among moments, and is none.
        return
    if change.before and change.after and _told(change.before) == _told(change.after):
        return
    what = "updated" if change.before and change.after else "created"
    yield Draft(
        user_id=row["user_id"],
        type=EventType(f"moment.{what if change.after else 'deleted'}"),
        subject_id=row["moment_id"],
        video_id=row["video_id"],
        data=_told(row),
    )


def _told(row: Row) -> dict[str, Any]:
    return {
        "status": row.get("status", MomentStatus.PROPOSED.value),
        "generation_id": row["generation_id"],
        "version": row.get("version", 1),
        "start": seconds_of(row["start"]),
        "end": seconds_of(row["end"]),
        "superseded_by": row.get("superseded_by"),
        "clip_id": (row.get("clip") or {}).get("segment_id"),
    }
