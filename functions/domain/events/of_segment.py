"""What is told of a segment, of a clip, which is one that was cut of a moment, and of its posts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from functions.domain.events.change import (
    FAILURE,
    ID,
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
from functions.domain.posts.post import METRICS, Platform
from functions.domain.segments.segment import SegmentSource, SegmentStatus, SegmentType

_DATA: Final = data_schema(
    segment_type=one_of(SegmentType),
    segment_number={"type": "integer", "minimum": 0},
    status=one_of(SegmentStatus),
    source=one_of(SegmentSource),
    run_id=NO_ID,
    moment_id=NO_ID,
    duration=NO_NUMBER,
    version={"type": "integer", "minimum": 1},
    error=FAILURE,
)
SCHEMAS: Final[Mapping[EventType, Schema]] = {
    EventType.SEGMENT_CREATED: _DATA,
    EventType.SEGMENT_UPDATED: _DATA,
    EventType.SEGMENT_DELETED: _DATA,
    EventType.CLIP_CREATED: _DATA,
    EventType.CLIP_UPDATED: _DATA,
    EventType.CLIP_DELETED: _DATA,
    EventType.POST_UPDATED: data_schema(
        segment_id=ID,
        platform=one_of(Platform),
        post_id=ID,
        **dict.fromkeys(METRICS, NO_COUNT),
    ),
}


def drafts(change: Change) -> Iterator[Draft]:
    was, now = _live(change.before), _live(change.after)
    if was is None and now is None:
        return
    if now is None:
        # What is left of it, or is not left, is of no interest to anybody.
        yield _draft(was or {}, "deleted")
        return
    if was is None:
        yield _draft(now, "created")
    elif _told(was) != _told(now):
        yield _draft(now, "updated")
    yield from _posts(was or {}, now)


def _live(row: Row | None) -> Row | None:
    """A segment's own row, not the mark that stands for one that was deleted."""
    return None if row is None or "deleted_at" in row else row


def _draft(row: Row, what: str) -> Draft:
    told = _told(row)
    clip = told["source"] == SegmentSource.MOMENT and told["segment_type"] == SegmentType.PROCESSED
    return Draft(
        user_id=row["user_id"],
        type=EventType(f"{'clip' if clip else 'segment'}.{what}"),
        subject_id=row["segment_id"],
        video_id=row["video_id"],
        data=told,
    )


def _told(row: Row) -> dict[str, Any]:
    return {
        "segment_type": row["segment_type"],
        "segment_number": row["segment_number"],
        "status": row.get("status", SegmentStatus.READY.value),
        "source": row.get("source", SegmentSource.PIPELINE.value),
        "run_id": row.get("run_id"),
        "moment_id": row.get("moment_id"),
        "duration": seconds_of(row.get("duration")),
        "version": row.get("version", 1),
        "error": failure_of(row),
    }


def _posts(was: Row, now: Row) -> Iterator[Draft]:
    """Those that are new, or of which other numbers are known."""
    known = {(one["platform"], one["post_id"]): one for one in was.get("social_media_usage", ())}
    for post in now.get("social_media_usage", ()):
        told = _post(now, post)
        before = known.get((post["platform"], post["post_id"]))
        if before is None or _post(now, before) != told:
            yield Draft(
                user_id=now["user_id"],
                type=EventType.POST_UPDATED,
                subject_id=f"{post['platform']}:{post['post_id']}",
                video_id=now["video_id"],
                data=told,
            )


def _post(segment: Row, post: Row) -> dict[str, Any]:
    numbers = {metric: (post.get(metric) or {}).get("value") for metric in METRICS}
    return {
        "segment_id": segment["segment_id"],
        "platform": post["platform"],
        "post_id": post["post_id"],
        **numbers,
    }
