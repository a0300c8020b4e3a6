"""Segments."""

from __future__ import annotations

from functions.domain.posts.post import METRICS, Post, combined
from functions.domain.segments.segment import Segment
from functions.handlers.api.models import segment_answers as models
from functions.handlers.api.request import settings
from functions.handlers.api.views.common import failure, seconds_or_none


def segment(item: Segment) -> models.SegmentAnswer:
    return models.SegmentAnswer(
        segment_id=item.segment_id,
        video_id=item.video_id,
        user_id=item.user_id,
        segment_type=item.segment_type,
        segment_number=item.segment_number,
        source=item.source,
        moment_id=item.moment_id,
        lipsync_job_id=item.lipsync_job_id,
        status=item.status,
        error=failure(item.error),
        s3_key=item.s3_key,
        file_size=item.file_size,
        content_type=item.content_type,
        duration=seconds_or_none(item.duration),
        start=seconds_or_none(item.start),
        end=seconds_or_none(item.end),
        actual_start=seconds_or_none(item.actual_start),
        actual_end=seconds_or_none(item.actual_end),
        frame_count=item.frame_count,
        cut=item.cut,
        cut_reason=item.cut_reason,
        width=item.width,
        height=item.height,
        thumbnail_segment_id=item.thumbnail_id,
        thumbnail_of=item.thumbnail_of,
        title=item.title,
        description=item.description,
        tags=list(item.tags),
        social_media_usage=[post(one) for one in item.social_media_usage],
        views=item.views,
        engagement_rate=item.engagement_rate,
        created_at=item.created_at,
        updated_at=item.updated_at,
        version=item.version,
    )


def post(item: Post) -> models.PostAnswer:
    """YouTube's terms allow rates of our own on its numbers only where that was agreed."""
    rated = bool(combined([item], with_youtube=settings.youtube_combined))
    numbers = {metric: item.number(metric) for metric in METRICS}
    return models.PostAnswer(
        platform=item.platform,
        post_id=item.post_id,
        post_url=item.post_url,
        posted_at=item.posted_at,
        linked_at=item.linked_at,
        views=item.views.value,
        likes=item.likes.value,
        shares=item.shares.value,
        comments=item.comments.value,
        engagement_rate=item.engagement_rate if rated else None,
        last_synced=item.last_synced,
        missing_since=item.missing_since,
        states={metric: number.state for metric, number in numbers.items()},
        as_of={metric: number.at for metric, number in numbers.items()},
        sources={metric: number.source for metric, number in numbers.items()},
    )
