"""Segments: what is answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from functions.domain.posts.post import NumberState, Platform
from functions.domain.segments.segment import SegmentSource, SegmentStatus, SegmentType
from functions.handlers.api.models import segment_examples as examples
from functions.handlers.api.models.common import FailureAnswer
from functions.handlers.api.models.examples import shown


class PostAnswer(BaseModel):
    """A posting on a platform. A number that is null is not known, which is not zero; `states`
    and `as_of` say why, and of when each is. `sources` names who pushed it, null for the platform
    and for who linked the post."""

    platform: Platform
    post_id: str
    post_url: str | None
    posted_at: datetime | None
    linked_at: datetime
    views: int | None
    likes: int | None
    shares: int | None
    comments: int | None
    engagement_rate: float | None
    last_synced: datetime | None
    missing_since: datetime | None = Field(
        description="When the platform was found to have it no more, several times in a row"
    )
    states: dict[str, NumberState]
    as_of: dict[str, datetime | None]
    sources: dict[str, str | None]


class SegmentAnswer(BaseModel):
    """`start` and `end` as asked; `actual_*`, `duration` and `frame_count` as measured.

    `views` and `engagement_rate` sum up the posts and are what lists are sorted by.
    """

    model_config = shown(examples.SEGMENT)

    segment_id: str
    video_id: str
    user_id: str
    segment_type: SegmentType
    segment_number: int = Field(
        description="Orders a video's segments of a type; one's own may share a number"
    )
    source: SegmentSource
    moment_id: str | None = Field(description="Of a clip: the moment that it is cut from")
    lipsync_job_id: str | None = Field(description="Of a lip-synced file: the job")
    status: SegmentStatus
    error: FailureAnswer | None
    s3_key: str
    file_size: int
    content_type: str
    duration: float | None
    start: float | None
    end: float | None
    actual_start: float | None
    actual_end: float | None
    frame_count: int | None
    cut: str | None = Field(description="How it was cut: keyframe, smart or accurate")
    cut_reason: str | None = Field(description="Why otherwise than was asked for")
    width: int | None
    height: int | None
    thumbnail_segment_id: str | None = Field(
        description="The segment of type `thumbnail` that shows this one: its `/download` gives "
        "the picture. Null where there is no picture, or none yet"
    )
    thumbnail_of: str | None = Field(
        description="Of a thumbnail: the segment that it shows. Null for a video's poster"
    )
    title: str | None
    description: str | None
    tags: list[str]
    social_media_usage: list[PostAnswer]
    views: int | None
    engagement_rate: float | None
    created_at: datetime
    updated_at: datetime
    version: int


class SegmentList(BaseModel):
    """`partial`: the call's read budget was spent before the page was full; go on with
    `next_cursor`. A null cursor is the end."""

    model_config = shown(examples.SEGMENTS)

    items: list[SegmentAnswer]
    next_cursor: str | None
    partial: bool = False


class DownloadAnswer(BaseModel):
    model_config = shown(examples.DOWNLOAD)

    url: str
    file_name: str
    expires_at: datetime


class BatchItem(BaseModel):
    """What became of one item, in the order in which they were sent."""

    index: int
    status: int = Field(description="As the call for this one item would have answered")
    segment_id: str | None = None
    version: int | None = None
    error: dict[str, Any] | None = Field(default=None, description="Problem details")


class BatchAnswer(BaseModel):
    model_config = shown(examples.BATCH)

    succeeded: int
    failed: int
    results: list[BatchItem]
