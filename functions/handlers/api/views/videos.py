"""Videos."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

from functions.domain.ingests.ingest import Ingest
from functions.domain.media.probe import Media
from functions.domain.times import seconds
from functions.domain.video import Video
from functions.handlers.api.models import videos as models
from functions.handlers.api.views.common import failure
from functions.handlers.api.views.segmentation import told
from functions.handlers.api.views.transcripts import summary


def video(item: Video, now: datetime) -> models.VideoAnswer:
    return models.VideoAnswer(
        video_id=item.video_id,
        status=item.status_at(now),
        title=item.title,
        file_name=item.file_name,
        content_type=item.content_type,
        file_size=item.source.size if item.source else item.declared_size,
        ingest=_ingest(item.ingest) if item.ingest else None,
        created_at=item.created_at,
        updated_at=item.updated_at,
        segmentation=told(item.segmentation),
        media=_media(item.media) if item.media else None,
        segment_count=item.segment_count,
        poster_segment_id=item.poster_id,
        run_id=item.run_id,
        error=failure(item.error),
        status_url=status_url(item.video_id) if item.run_id else None,
        transcript=summary(item),
        extras_url=f"/api/videos/{item.video_id}/extras",
    )


def status_url(video_id: str) -> str:
    return f"/api/pipeline/status/{video_id}"


def _ingest(ingest: Ingest) -> models.IngestAnswer:
    total = ingest.total
    return models.IngestAnswer(
        url=ingest.address,
        received_bytes=ingest.received,
        total_bytes=total,
        percent=round(100 * ingest.received / total, 1) if total else None,
    )


def _media(media: Media) -> models.MediaAnswer:
    return models.MediaAnswer(
        container=media.container,
        duration=seconds(media.duration),
        bit_rate=media.bit_rate,
        video=models.VideoTrackAnswer(**asdict(media.video)) if media.video else None,
        audio=models.AudioTrackAnswer(**asdict(media.audio)) if media.audio else None,
    )
