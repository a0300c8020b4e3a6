"""Domain objects as the API shows them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from functions.domain.media import Media
from functions.domain.run import Run, RunStatus, Stage
from functions.domain.segment import Segment
from functions.domain.times import Milliseconds, seconds
from functions.domain.video import Failure, Video
from functions.handlers.api import models
from functions.services.uploads import UploadTicket, object_metadata


def upload(ticket: UploadTicket, now: datetime) -> models.UploadAnswer:
    video = ticket.video
    place = video.open_upload(now)
    single = ticket.put_url is not None
    return models.UploadAnswer(
        video_id=video.video_id,
        status=video.status_at(now),
        method="put" if single else "multipart",
        expires_at=place.expires_at,
        put_url=ticket.put_url,
        put_headers=_put_headers(video) if single else None,
        part_size=place.part_size,
        parts=None
        if single
        else [models.PartUrl(part_number=number, url=url) for number, url in ticket.part_urls],
        arrived=None
        if single
        else [
            models.ArrivedPart(part_number=part.number, size=part.size, etag=part.etag)
            for part in ticket.arrived
        ],
        complete_url=f"/api/videos/uploads/{video.video_id}",
    )


def _put_headers(video: Video) -> dict[str, str]:
    """What the signature covers, and so what the PUT must send."""
    meta = object_metadata(video.file_name).items()
    headers = {f"x-amz-meta-{name}": value for name, value in meta}
    return {"Content-Type": video.content_type or "application/octet-stream", **headers}


def video(item: Video, now: datetime) -> models.VideoAnswer:
    return models.VideoAnswer(
        video_id=item.video_id,
        status=item.status_at(now),
        title=item.title,
        file_name=item.file_name,
        content_type=item.content_type,
        file_size=item.source.size if item.source else item.declared_size,
        created_at=item.created_at,
        updated_at=item.updated_at,
        segmentation=models.SegmentationOptions(
            mode=item.segmentation.mode.value, length_s=seconds(item.segmentation.length)
        ),
        media=_media(item.media) if item.media else None,
        segment_count=item.segment_count,
        poster_segment_id=item.poster_id,
        run_id=item.run_id,
        error=_failure(item.error),
        status_url=status_url(item.video_id) if item.run_id else None,
    )


def status_url(video_id: str) -> str:
    return f"/api/pipeline/status/{video_id}"


def _media(media: Media) -> models.MediaAnswer:
    return models.MediaAnswer(
        container=media.container,
        duration=seconds(media.duration),
        bit_rate=media.bit_rate,
        video=models.VideoTrackAnswer(**asdict(media.video)) if media.video else None,
        audio=models.AudioTrackAnswer(**asdict(media.audio)) if media.audio else None,
    )


def _failure(failure: Failure | None) -> models.FailureAnswer | None:
    return models.FailureAnswer(**asdict(failure)) if failure else None


def _seconds(value: Milliseconds | None) -> float | None:
    return None if value is None else seconds(value)


def segment(item: Segment) -> models.SegmentAnswer:
    return models.SegmentAnswer(
        segment_id=item.segment_id,
        video_id=item.video_id,
        user_id=item.user_id,
        segment_type=item.segment_type,
        segment_number=item.segment_number,
        source=item.source,
        s3_key=item.s3_key,
        file_size=item.file_size,
        content_type=item.content_type,
        duration=_seconds(item.duration),
        start=_seconds(item.start),
        end=_seconds(item.end),
        actual_start=_seconds(item.actual_start),
        actual_end=_seconds(item.actual_end),
        frame_count=item.frame_count,
        width=item.width,
        height=item.height,
        title=item.title,
        description=item.description,
        tags=list(item.tags),
        created_at=item.created_at,
        updated_at=item.updated_at,
        version=item.version,
    )


def run(item: Run) -> models.RunAnswer:
    return models.RunAnswer(
        video_id=item.video_id,
        run_id=item.run_id,
        status=item.status,
        stage=item.stage(),
        percent=item.percent(),
        created_at=item.created_at,
        finished_at=item.finished_at,
        stages=[_stage(item, stage) for stage in Stage],
        error=_failure(item.error),
    )


def _stage(item: Run, stage: Stage) -> models.StageAnswer:
    times = item.times(stage)
    begun, ended = times.started_at, times.finished_at
    return models.StageAnswer(
        name=stage,
        status=_stage_status(item, stage),
        started_at=begun,
        finished_at=ended,
        duration=round((ended - begun).total_seconds(), 3) if begun and ended else None,
    )


def _stage_status(item: Run, stage: Stage) -> models.StageStatus:
    times = item.times(stage)
    if times.finished_at:
        return "reused" if times.reused else "done"
    if times.started_at is None:
        return "pending"
    return "failed" if item.status is RunStatus.FAILED else "running"
