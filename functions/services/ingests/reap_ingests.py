"""Videos whose fetching never began, or stopped without an end: the same as for ranges. Each part
moves the video's row, so that only those are looked at that have not come further for a while."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from functions.domain.failure import Failure
from functions.domain.ingests.ports import Ingests, IngestWatch
from functions.domain.runs.lease import INGEST_PATIENCE
from functions.domain.video import VideoStatus
from functions.services.ingests.fail_ingest import fail_ingest
from functions.services.runs.reaping import Reaped, brought_on, reap_each
from functions.services.runs.stages import Context

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
        return brought_on(
            self.ingests.state(video_id),
            start=lambda: self.ingests.start(video_id, video.user_id),
            fail=lambda failure: fail_ingest(
                self.context.videos,
                self.context.media,
                now,
                video_id=video_id,
                user_id=video.user_id,
                code=failure.code,
                detail=failure.detail,
            ),
            stopped=STOPPED,
        )


def reap_ingests(reaper: IngestReaper, now: datetime, limit: int) -> Iterator[Reaped]:
    """At most `limit` videos of each shard, those first that have waited longest."""
    return reap_each(
        lambda shard: reaper.watch.waiting(shard, now - INGEST_PATIENCE, limit),
        lambda video_id: reaper.reap(video_id, now),
        "video_id",
    )
