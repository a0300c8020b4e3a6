"""Videos whose fetching never began, or stopped without an end: the same as for ranges. Each part
moves the video's row, so that only those are looked at that have not come further for a while."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from functions.domain.errors import CutroomError
from functions.domain.ingest_ports import Ingests, IngestWatch
from functions.domain.lease import INGEST_PATIENCE, WATCH_SHARDS
from functions.domain.run_ports import ExecutionState
from functions.domain.video import Failure, VideoStatus
from functions.services.fail_ingest import fail_ingest
from functions.services.reap_runs import Reaped
from functions.services.stages import Context

logger = logging.getLogger(__name__)
STOPPED = Failure(
    code="ingest.stopped",
    detail="The fetching stopped without an end. Give the URL again.",
    stage="ingest",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestReaper:
    context: Context
    ingests: Ingests
    watch: IngestWatch

    def reap(self, video_id: str, now: datetime) -> Reaped:
        """Look after one video that has not come further for long."""
        video = self.context.videos.get(video_id)
        if video is None or video.status is not VideoStatus.INGESTING:
            return Reaped.LEFT
        state = self.ingests.state(video_id)
        if state is ExecutionState.RUNNING:
            return Reaped.WAITING
        if state is ExecutionState.ABSENT:
            # Its name is taken once: what is started twice is started once.
            self.ingests.start(video_id, video.user_id)
            return Reaped.REVIVED
        failed = fail_ingest(
            self.context.videos,
            self.context.media,
            now,
            video_id=video_id,
            user_id=video.user_id,
            code=STOPPED.code,
            detail=STOPPED.detail,
        )
        return Reaped.STOPPED if failed and failed.code == STOPPED.code else Reaped.LEFT


def reap_ingests(reaper: IngestReaper, now: datetime, limit: int) -> Iterator[Reaped]:
    """At most `limit` videos of each shard, those first that have waited longest."""
    for shard in WATCH_SHARDS:
        for video_id in reaper.watch.waiting(shard, now - INGEST_PATIENCE, limit):
            try:
                yield reaper.reap(video_id, now)
            except CutroomError as error:
                extra = {"video_id": video_id, "code": error.code}
                logger.warning("ingest not reaped", extra=extra)
