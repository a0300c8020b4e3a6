"""Ranges whose cut never began, or stopped without an end: the same as for runs, but that a range
has no lease. Whether its cut goes on, its execution tells."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from functions.domain.failure import Failure
from functions.domain.ports import RangeCuts, SegmentWatch
from functions.domain.runs.lease import RANGE_PATIENCE
from functions.domain.segments.segment import SegmentStatus
from functions.services.cutting.fail_range import fail_range
from functions.services.runs.reaping import Reaped, brought_on, reap_each
from functions.services.runs.stages import Context

STOPPED = Failure(
    code="cut.stopped",
    detail="The cut stopped without an end. The video is kept; ask for the range again.",
    stage="cut",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RangeReaper:
    context: Context
    cuts: RangeCuts
    watch: SegmentWatch

    def reap(self, segment_id: str) -> Reaped:
        """Look after one range that has waited for long."""
        segment = self.context.segments.get(segment_id)
        if segment is None or segment.status is not SegmentStatus.PENDING:
            return Reaped.LEFT
        return brought_on(
            self.cuts.state(segment_id),
            start=lambda: self.cuts.start(segment_id),
            fail=lambda failure: fail_range(
                self.context,
                segment_id=segment_id,
                code=failure.code,
                detail=failure.detail,
                keys=None,
            ),
            stopped=STOPPED,
        )


def reap_ranges(reaper: RangeReaper, now: datetime, limit: int) -> Iterator[Reaped]:
    """At most `limit` ranges of each shard, those first that have waited longest."""
    return reap_each(
        lambda shard: reaper.watch.waiting(shard, now - RANGE_PATIENCE, limit),
        reaper.reap,
        "segment_id",
    )
