"""Ranges whose cut never began, or stopped without an end: the same as for runs, but that a range
has no lease. Whether its cut goes on, its execution tells."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from functions.domain.errors import CutroomError
from functions.domain.lease import RANGE_PATIENCE, WATCH_SHARDS
from functions.domain.ports import RangeCuts, SegmentWatch
from functions.domain.run_ports import ExecutionState
from functions.domain.segment import SegmentStatus
from functions.domain.video import Failure
from functions.services.fail_range import fail_range
from functions.services.reap_runs import Reaped
from functions.services.stages import Context

logger = logging.getLogger(__name__)
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
        state = self.cuts.state(segment_id)
        if state is ExecutionState.RUNNING:
            return Reaped.WAITING
        if state is ExecutionState.ABSENT:
            # Its name is taken once: what is started twice is started once.
            self.cuts.start(segment_id)
            return Reaped.REVIVED
        failed = fail_range(
            self.context,
            segment_id=segment_id,
            code=STOPPED.code,
            detail=STOPPED.detail,
            keys=None,
        )
        return Reaped.STOPPED if failed and failed.code == STOPPED.code else Reaped.LEFT


def reap_ranges(reaper: RangeReaper, now: datetime, limit: int) -> Iterator[Reaped]:
    """At most `limit` ranges of each shard, those first that have waited longest."""
    for shard in WATCH_SHARDS:
        for segment_id in reaper.watch.waiting(shard, now - RANGE_PATIENCE, limit):
            try:
                yield reaper.reap(segment_id)
            except CutroomError as error:
                extra = {"segment_id": segment_id, "code": error.code}
                logger.warning("range not reaped", extra=extra)
