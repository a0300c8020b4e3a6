"""Where every caught error of a range ends: its segment says what went wrong."""

from __future__ import annotations

from dataclasses import replace

from functions.domain.failure import Failure
from functions.domain.segments.segment import Segment, SegmentStatus
from functions.services.cutting.range_state import RangeKeys, clear_up, settle
from functions.services.runs.stages import Context

INTERNAL = Failure(
    code="cut.internal",
    detail="Something of ours failed. The video is kept; ask for the range again.",
    stage="cut",
)


def fail_range(
    context: Context,
    *,
    segment_id: str,
    code: str | None,
    detail: str | None,
    keys: RangeKeys | None,
) -> Failure | None:
    """Write `failed`, and remove what was made. An error without a code is ours, and says so.

    None where nothing has failed: the segment was deleted, or is ready. The first reason stays.
    """
    failure = replace(INTERNAL, code=code or INTERNAL.code, detail=detail or INTERNAL.detail)

    def failed(pending: Segment) -> Segment:
        now = context.clock()
        return replace(pending, status=SegmentStatus.FAILED, error=failure, updated_at=now)

    segment = settle(context, segment_id, failed)
    clear_up(context, segment_id, segment, keys)
    return segment.error if segment and segment.status is SegmentStatus.FAILED else None
