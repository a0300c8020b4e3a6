"""What is told of a video. Its deletion is told by its receipt."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from functions.domain.events.change import (
    COUNT,
    FAILURE,
    NO_COUNT,
    NO_ID,
    NO_NUMBER,
    Change,
    Draft,
    Row,
    Schema,
    data_schema,
    failure_of,
    one_of,
    seconds_of,
)
from functions.domain.events.event import EventType
from functions.domain.video import VideoStatus

_DATA: Final = data_schema(
    status=one_of(VideoStatus),
    run_id=NO_ID,
    duration=NO_NUMBER,
    segment_count=NO_COUNT,
    poster_id=NO_ID,
    transcript_version=COUNT,
    analysis_run=NO_ID,
    hls_run=NO_ID,
    error=FAILURE,
)
SCHEMAS: Final[Mapping[EventType, Schema]] = {
    EventType.VIDEO_CREATED: _DATA,
    EventType.VIDEO_UPDATED: _DATA,
}


def drafts(change: Change) -> Iterator[Draft]:
    now = change.after
    if now is None or "deleted_at" in now:
        return
    told = _told(now)
    if change.before is not None and _told(change.before) == told:
        return
    yield Draft(
        user_id=now["user_id"],
        type=EventType.VIDEO_UPDATED if change.before else EventType.VIDEO_CREATED,
        subject_id=now["video_id"],
        video_id=now["video_id"],
        data=told,
    )


def _told(row: Row) -> dict[str, Any]:
    return {
        "status": row.get("status"),
        "run_id": row.get("run_id"),
        "duration": seconds_of((row.get("media") or {}).get("duration")),
        "segment_count": row.get("segment_count"),
        "poster_id": row.get("poster_id"),
        "transcript_version": row.get("transcript_version", 0),
        "analysis_run": row.get("analysis_run"),
        "hls_run": row.get("hls_run"),
        "error": failure_of(row),
    }
