"""A new plan of a video takes over what it has in common with earlier ones, and leaves the rest.

A segment is named by what its file holds, so that one that no change has touched keeps its id, its
file and what the user made of it.
"""

from __future__ import annotations

from dataclasses import replace

from functions.domain.errors import StaleWriteError
from functions.domain.plan import Plan
from functions.domain.segment import Segment, SegmentSource, SegmentType
from functions.services.stages import Context, segments_of

MADE = (SegmentType.PROCESSED, SegmentType.THUMBNAIL)


def adopt_segments(context: Context, video_id: str, plan: Plan) -> int:
    """Number what is there as the plan does; returns how many segments need not be made.

    Raises StaleWriteError where a user changed one at the same moment.
    """
    found = {kind: segments_of(context, video_id, plan, kind) for kind in MADE}
    for rows in found.values():
        for number, row in rows.items():
            taken = _as_planned(row, plan, number)
            if taken != row:
                context.segments.save(row, replace(taken, updated_at=context.clock()))
    return len(found[SegmentType.PROCESSED])


def _as_planned(row: Segment, plan: Plan, number: int) -> Segment:
    asked = plan.segments[number - 1]
    return replace(
        row,
        plan_id=plan.plan_id,
        segment_number=number,
        start=asked.start,
        end=asked.end,
        title=row.title or (asked.title if row.segment_type is SegmentType.PROCESSED else None),
    )


def leave_segments(context: Context, video_id: str, plan: Plan) -> int:
    """Delete what only earlier plans asked for, but nothing that a user has named or posted."""
    left, kept = 0, set[tuple[str | None, int]]()
    for row in context.segments.all_of(video_id, SegmentType.PROCESSED):
        if _is_earlier(row, plan):
            if _is_used(row) or not _delete(context, row):
                kept.add((row.plan_id, row.segment_number))
            else:
                left += 1
    for row in context.segments.all_of(video_id, SegmentType.THUMBNAIL):
        if _is_earlier(row, plan) and (row.plan_id, row.segment_number) not in kept:
            left += _delete(context, row)
    return left


def _is_earlier(row: Segment, plan: Plan) -> bool:
    return row.source is SegmentSource.PIPELINE and row.plan_id not in {None, plan.plan_id}


def _is_used(row: Segment) -> bool:
    return bool(row.title or row.description or row.tags or row.social_media_usage)


def _delete(context: Context, row: Segment) -> bool:
    """Whether it is gone: as the table has it, since an index may lag behind."""
    current = context.segments.get(row.segment_id)
    if current is None:
        return True
    if current.plan_id != row.plan_id or _is_used(current):
        return False
    try:
        context.segments.delete(current, context.clock())
    except StaleWriteError:
        # A user is at work on it: it stays.
        return False
    return True
