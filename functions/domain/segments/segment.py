"""A segment: a stored piece of a video, with what was asked and what was measured."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from functions.domain.cutting.exactness import EncodeTarget
from functions.domain.failure import Failure
from functions.domain.ids import derived_id
from functions.domain.posts.post import Post
from functions.domain.times import Milliseconds


class SegmentType(StrEnum):
    PROCESSED = "processed"
    ORIGINAL = "original"
    THUMBNAIL = "thumbnail"
    AUDIO = "audio"


class SegmentStatus(StrEnum):
    """`pending`: asked for, and being cut."""

    PENDING = "pending"
    READY = "ready"
    FAILED = "failed"


class SegmentSource(StrEnum):
    """What made a segment."""

    PIPELINE = "pipeline"
    UPLOAD = "upload"
    RANGE = "range"
    MOMENT = "moment"
    LIPSYNC = "lipsync"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Times in milliseconds from the video's start, `file_size` in bytes.

    `start` and `end` are as asked; `actual_start`, `actual_end`, `frame_count` and `duration`
    were read from the produced file. `cut` is how it was cut (see `exactness`), or is to be while
    it is pending, then to `target` if there is one; `cut_reason` says why this is not what was
    asked for. `run_id` is the run that has made its file,
    `lipsync_job_id` the job. Number 0 stands for the whole video.
    `thumbnail_id` is the segment that shows this one, and there `thumbnail_of` leads back. `views`
    and `engagement_rate` sum up `social_media_usage` and are what lists are sorted by.
    """

    segment_id: str
    video_id: str
    user_id: str
    segment_type: SegmentType
    segment_number: int
    s3_key: str
    file_size: int
    content_type: str
    created_at: datetime
    updated_at: datetime
    source: SegmentSource = SegmentSource.PIPELINE
    status: SegmentStatus = SegmentStatus.READY
    error: Failure | None = None
    plan_id: str | None = None
    moment_id: str | None = None
    lipsync_job_id: str | None = None
    run_id: str | None = None
    duration: Milliseconds | None = None
    start: Milliseconds | None = None
    end: Milliseconds | None = None
    actual_start: Milliseconds | None = None
    actual_end: Milliseconds | None = None
    frame_count: int | None = None
    has_sound: bool | None = None
    cut: str | None = None
    cut_reason: str | None = None
    target: EncodeTarget | None = None
    width: int | None = None
    height: int | None = None
    thumbnail_id: str | None = None
    thumbnail_of: str | None = None
    title: str | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()
    social_media_usage: tuple[Post, ...] = ()
    views: int | None = None
    engagement_rate: float | None = None
    version: int = 1

    @property
    def order(self) -> str:
        """Sorts a video's segments by type, then number."""
        return f"{self.segment_type}#{self.segment_number:06d}"

    @property
    def is_range(self) -> bool:
        """A range that a user asked for, or a clip; not its thumbnail."""
        made = self.source in {SegmentSource.RANGE, SegmentSource.MOMENT}
        return made and self.segment_type is SegmentType.PROCESSED


def segment_id_of(video_id: str, kind: SegmentType, content: str) -> str:
    """The id that every attempt at this segment gives it, in whichever plan it stands."""
    return derived_id("segment", video_id, kind, content)


def range_thumbnail_id(segment_id: str) -> str:
    """The id of the thumbnail of a range, known while there is none yet."""
    return derived_id("segment", segment_id, SegmentType.THUMBNAIL)
