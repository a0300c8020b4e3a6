"""A new plan of a video takes over what it has in common with earlier ones, and leaves the rest.

A segment is named by what its file holds, so that one that no change has touched keeps its id, its
file and what the user made of it.
"""

from __future__ import annotations

from dataclasses import replace

from functions.domain.cutting.plan import Plan
from functions.domain.errors import StaleWriteError
from functions.domain.runs.run import Run
from functions.domain.segments.segment import Segment, SegmentSource, SegmentType
from functions.services.runs.stages import Context, segments_of

MADE = (SegmentType.PROCESSED, SegmentType.THUMBNAIL)
_BESIDE = {
    SegmentType.PROCESSED: SegmentType.THUMBNAIL,
    SegmentType.THUMBNAIL: SegmentType.PROCESSED,
}


def adopt_segments(context: Context, run: Run, plan: Plan) -> int:
    """Number what is there as the plan does; returns how many segments are there.

    Raises StaleWriteError where a user changed one at the same moment.
    """
    found = {kind: segments_of(context, run.video_id, plan, kind) for kind in MADE}
    for kind, rows in found.items():
        beside = found[_BESIDE[kind]]
        for number, row in rows.items():
            taken = _as_planned(row, plan, number, beside.get(number))
            if taken != row:
                after = replace(taken, updated_at=context.clock())
                context.segments.save(row, after, by=run)
    return len(found[SegmentType.PROCESSED])


def _as_planned(row: Segment, plan: Plan, number: int, beside: Segment | None) -> Segment:
    """`beside` is its thumbnail, or what it is the thumbnail of, if that is there."""
    asked = plan.segments[number - 1]
    other = beside.segment_id if beside else None
    thumbnail = row.segment_type is SegmentType.THUMBNAIL
    return replace(
        row,
        plan_id=plan.plan_id,
        segment_number=number,
        start=asked.start,
        end=asked.end,
        title=row.title or (None if thumbnail else asked.title),
        thumbnail_id=None if thumbnail else other,
        thumbnail_of=(other or row.thumbnail_of) if thumbnail else None,
    )


def leave_segments(context: Context, run: Run, plan: Plan) -> int:
    """Delete what only earlier plans asked for, but nothing that a user has named or posted.

    A segment and its thumbnail stay together, whichever is used.
    """
    earlier = {
        kind: [row for row in context.segments.all_of(run.video_id, kind) if _is_earlier(row, plan)]
        for kind in MADE
    }
    left, kept = 0, {_place(row) for rows in earlier.values() for row in rows if _is_used(row)}
    for rows in earlier.values():
        for row in rows:
            if _place(row) in kept:
                continue
            if _delete(context, row, run):
                left += 1
            else:
                kept.add(_place(row))
    return left


def _place(row: Segment) -> tuple[str | None, int]:
    return row.plan_id, row.segment_number


def _is_earlier(row: Segment, plan: Plan) -> bool:
    return row.source is SegmentSource.PIPELINE and row.plan_id not in {None, plan.plan_id}


def _is_used(row: Segment) -> bool:
    return bool(row.title or row.description or row.tags or row.social_media_usage)


def _delete(context: Context, row: Segment, run: Run) -> bool:
    """Whether it is gone: as the table has it, since an index may lag behind."""
    current = context.segments.get(row.segment_id)
    if current is None:
        return True
    if current.plan_id != row.plan_id or _is_used(current):
        return False
    try:
        context.segments.delete(current, context.clock(), by=run)
    except StaleWriteError:
        # A user is at work on it: it stays.
        return False
    return True
