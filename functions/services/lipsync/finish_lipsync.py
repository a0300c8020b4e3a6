"""Last step of a lip-sync job: text is covered if that was asked for, and the file becomes a
segment of its video. Files first, rows last: a worker that is killed is followed by one that finds
the same names and ids."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from functions.domain.cutting.job import StopRequested
from functions.domain.errors import UnavailableError
from functions.domain.keys import lipsync_key, range_thumbnail_key
from functions.domain.lipsync.asked import TextRegion
from functions.domain.lipsync.attempt import LipSyncResult
from functions.domain.lipsync.job import LipSyncJob
from functions.domain.lipsync.job_ports import (
    LipSyncJobStore,
    LipSyncTools,
    TextDetector,
    Written,
)
from functions.domain.lipsync.states import LipSyncStatus
from functions.domain.lipsync.text_regions import lasting
from functions.domain.media.ports import MediaStore
from functions.domain.ports import SegmentStore, VideoStore
from functions.domain.segments.segment import (
    Segment,
    SegmentSource,
    SegmentType,
    range_thumbnail_id,
    segment_id_of,
)
from functions.domain.times import Milliseconds
from functions.services.lipsync.collect_lipsync import TYPE, result_key
from functions.services.lipsync.jobs import change, open_job, require_video

LOOKED_AT_EVERY: Final[Milliseconds] = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Finishing:
    """What finishing works with; `folder` holds the file twice. `detector` None finds no text."""

    jobs: LipSyncJobStore
    videos: VideoStore
    segments: SegmentStore
    media: MediaStore
    tools: LipSyncTools
    detector: TextDetector
    clock: Callable[[], datetime]
    folder: Path
    stop: StopRequested


def finish_lipsync(desk: Finishing, job_id: str) -> str:
    """The segment's id. Raises JobOverError where it was cancelled meanwhile."""
    job = open_job(desk.jobs, job_id)
    require_video(desk.videos, job)
    attempt = job.attempt
    assert attempt is not None  # noqa: S101  (something was collected)
    path = desk.folder / "result.mp4"
    desk.media.download(result_key(job, attempt), path)
    path = _covered(desk, job, path)
    if desk.stop():
        raise UnavailableError("lipsync.too_slow", "Finishing took too long; trying again.")
    segment = _record(desk, job, path, desk.tools.inspect(path))
    result = LipSyncResult(
        segment_id=segment.segment_id,
        s3_key=segment.s3_key,
        file_size=segment.file_size,
        duration=segment.duration or 0,
    )
    _complete(desk, job_id, result)
    return segment.segment_id


def _complete(desk: Finishing, job_id: str, result: LipSyncResult) -> None:
    def done(it: LipSyncJob) -> LipSyncJob:
        if it.status is LipSyncStatus.COMPLETED:
            return it
        return it.completed(result, desk.clock())

    change(desk.jobs, job_id, done)


def _covered(desk: Finishing, job: LipSyncJob, path: Path) -> Path:
    removal = job.text_removal
    if removal is None:
        return path
    regions = [*removal.regions, *(_found(desk, path) if removal.detect else ())]
    if not regions:
        return path
    target = desk.folder / "covered.mp4"
    desk.tools.cover(path, regions, target, desk.stop)
    path.unlink()
    return target


def _found(desk: Finishing, path: Path) -> list[TextRegion]:
    """Text that is seen in stills, for as long as it is seen."""
    stills = desk.tools.stills(path, desk.folder, LOOKED_AT_EVERY)
    seen = []
    for still in stills:
        seen.append(desk.detector.detect(still))
        still.unlink()
    return lasting(seen, LOOKED_AT_EVERY)


def _record(desk: Finishing, job: LipSyncJob, path: Path, written: Written) -> Segment:
    segment_id = segment_id_of(job.video_id, SegmentType.PROCESSED, f"lipsync {job.job_id}")
    known = desk.segments.get(segment_id)
    if known is not None:
        return known
    row = _row(desk, job, segment_id, path, written)
    desk.media.upload(path, row.s3_key, TYPE)
    rows = [row]
    if written.thumbnail is not None:
        thumbnail = _thumbnail(row, written.thumbnail)
        desk.media.upload(written.thumbnail, thumbnail.s3_key, thumbnail.content_type)
        rows = [thumbnail, replace(row, thumbnail_id=thumbnail.segment_id)]
    desk.segments.add(rows)
    return rows[-1]


def _row(
    desk: Finishing, job: LipSyncJob, segment_id: str, path: Path, written: Written
) -> Segment:
    now = desk.clock()
    return Segment(
        segment_id=segment_id,
        video_id=job.video_id,
        user_id=job.user_id,
        segment_type=SegmentType.PROCESSED,
        segment_number=desk.segments.last_number(job.video_id, SegmentType.PROCESSED) + 1,
        s3_key=lipsync_key(job.user_id, job.video_id, segment_id),
        file_size=path.stat().st_size,
        content_type=TYPE,
        source=SegmentSource.LIPSYNC,
        lipsync_job_id=job.job_id,
        title=job.title,
        duration=written.duration,
        start=0,
        end=job.measured.video if job.measured else None,
        actual_start=0,
        actual_end=written.duration,
        frame_count=written.frame_count,
        has_sound=written.has_sound,
        width=written.width,
        height=written.height,
        created_at=now,
        updated_at=now,
    )


def _thumbnail(of: Segment, path: Path) -> Segment:
    return Segment(
        segment_id=range_thumbnail_id(of.segment_id),
        video_id=of.video_id,
        user_id=of.user_id,
        segment_type=SegmentType.THUMBNAIL,
        segment_number=of.segment_number,
        s3_key=range_thumbnail_key(of.user_id, of.video_id, of.segment_id),
        file_size=path.stat().st_size,
        content_type="image/jpeg",
        source=of.source,
        lipsync_job_id=of.lipsync_job_id,
        thumbnail_of=of.segment_id,
        start=of.start,
        end=of.end,
        created_at=of.created_at,
        updated_at=of.updated_at,
    )
