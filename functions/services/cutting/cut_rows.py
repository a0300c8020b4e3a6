"""The rows of a cut: what was asked of a segment, and what was measured on its file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from functions.domain.cutting.job import CutFile, Inspection
from functions.domain.cutting.plan import Plan
from functions.domain.keys import range_thumbnail_key, segment_key, thumbnail_key
from functions.domain.segments.segment import (
    Segment,
    SegmentType,
    range_thumbnail_id,
    segment_id_of,
)
from functions.services.runs.stages import Context, StageWork


def processed_row(
    context: Context, work: StageWork, plan: Plan, file: CutFile, seen: Inspection
) -> Segment:
    video = work.video
    asked, now = file.segment, context.clock()
    picture = video.media.video if video.media else None
    own = (picture.width, picture.height) if picture else (None, None)
    width, height = file.size or own
    return Segment(
        segment_id=segment_id_of(
            video.video_id, SegmentType.PROCESSED, plan.content_of(asked.number)
        ),
        video_id=video.video_id,
        user_id=video.user_id,
        segment_type=SegmentType.PROCESSED,
        segment_number=asked.number,
        s3_key=segment_key(
            video.user_id, video.video_id, plan.plan_id, asked.number, plan.format.extension
        ),
        file_size=file.path.stat().st_size,
        content_type=plan.format.content_type,
        plan_id=plan.plan_id,
        run_id=work.run.run_id,
        duration=seen.duration,
        start=asked.start,
        end=asked.end,
        actual_start=file.actual_start,
        actual_end=file.actual_start + seen.duration,
        frame_count=seen.frame_count,
        has_sound=seen.audio is not None,
        cut=file.cut.value,
        cut_reason=file.cut_reason.value if file.cut_reason else None,
        width=width,
        height=height,
        title=asked.title,
        created_at=now,
        updated_at=now,
    )


def thumbnail_row(of: Segment, plan: Plan, path: Path) -> Segment:
    number = of.segment_number
    thumbnail_id = segment_id_of(of.video_id, SegmentType.THUMBNAIL, plan.content_of(number))
    key = thumbnail_key(of.user_id, of.video_id, plan.plan_id, number)
    return _thumbnail(of, thumbnail_id, key, path, of.created_at)


def range_thumbnail_row(of: Segment, path: Path, now: datetime) -> Segment:
    key = range_thumbnail_key(of.user_id, of.video_id, of.segment_id)
    return _thumbnail(of, range_thumbnail_id(of.segment_id), key, path, now)


def _thumbnail(of: Segment, thumbnail_id: str, key: str, path: Path, now: datetime) -> Segment:
    """It has the number of what it is of, and what made that made it, too."""
    return Segment(
        segment_id=thumbnail_id,
        video_id=of.video_id,
        user_id=of.user_id,
        segment_type=SegmentType.THUMBNAIL,
        segment_number=of.segment_number,
        s3_key=key,
        file_size=path.stat().st_size,
        content_type="image/jpeg",
        source=of.source,
        plan_id=of.plan_id,
        run_id=of.run_id,
        thumbnail_of=of.segment_id,
        start=of.start,
        end=of.end,
        created_at=now,
        updated_at=now,
    )
