"""What the cutting of a range leaves in the tables and in the bucket, whoever else is at it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from functions.domain.errors import StaleWriteError
from functions.domain.segment import Segment, SegmentStatus
from functions.services.stages import Context

_ATTEMPTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeKeys:
    """The objects of a range, known before the cut: its plan, and the file that is to come."""

    plan_key: str
    target_key: str


def settle(
    context: Context, segment_id: str, change: Callable[[Segment], Segment]
) -> Segment | None:
    """End the waiting of a pending segment; an edit meanwhile is kept.

    Returns the segment as it is then, which another worker may have settled before; None if it
    was deleted.
    """
    for left in reversed(range(_ATTEMPTS)):
        segment = context.segments.get(segment_id)
        if segment is None or segment.status is not SegmentStatus.PENDING:
            return segment
        try:
            return context.segments.save(segment, change(segment))
        except StaleWriteError:
            if not left:
                raise
    raise AssertionError("unreachable")


def clear_up(context: Context, segment: Segment | None, keys: RangeKeys) -> None:
    """A settled segment needs no plan, and only a ready one its file."""
    if segment is None or segment.status is not SegmentStatus.READY:
        context.media.erase(keys.target_key)
    context.media.erase(keys.plan_key)
