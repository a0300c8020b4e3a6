"""What is told of a search for moments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from functions.domain.events.change import (
    FAILURE,
    NO_COUNT,
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
from functions.domain.moments.generation import GenerationStatus

SCHEMAS: Final[Mapping[EventType, Schema]] = {
    EventType.GENERATION_UPDATED: data_schema(
        status=one_of(GenerationStatus),
        run_id=NO_ID,
        found=NO_COUNT,
        kept=NO_COUNT,
        error=FAILURE,
    ),
}


def drafts(change: Change) -> Iterator[Draft]:
    now = change.after
    if now is None or "user_id" not in now or "status" not in now:
        # One that has gone, or a row that numbers them, and is none.
        return
    told = _told(now)
    if change.before is None or _told(change.before) != told:
        yield Draft(
            user_id=now["user_id"],
            type=EventType.GENERATION_UPDATED,
            subject_id=now["generation_id"],
            video_id=now["video_id"],
            data=told,
        )


def _told(row: Row) -> dict[str, Any]:
    return {
        "status": row.get("status"),
        "run_id": row.get("run_id"),
        "found": row.get("found"),
        "kept": row.get("kept"),
        "error": failure_of(row),
    }
