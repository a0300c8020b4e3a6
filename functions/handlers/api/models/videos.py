"""Videos."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from functions.handlers.api.models import examples
from functions.handlers.api.models.common import FailureAnswer
from functions.handlers.api.models.examples import shown
from functions.handlers.api.models.segmentation import SegmentationOptions
from functions.handlers.api.models.transcripts import TranscriptSummary


class IngestAnswer(BaseModel):
    """How far a video is that is fetched from a URL."""

    url: str = Field(description="Without its query, which may carry signatures")
    received_bytes: int
    total_bytes: int | None = Field(description="null as long as the source does not tell")
    percent: float | None


class VideoTrackAnswer(BaseModel):
    codec: str
    coded_width: int
    coded_height: int
    width: int
    height: int
    rotation: int
    frame_rate: float | None
    variable_frame_rate: bool


class AudioTrackAnswer(BaseModel):
    codec: str
    sample_rate: int
    channels: int
    tracks: int


class MediaAnswer(BaseModel):
    container: str
    duration: float
    bit_rate: int | None
    video: VideoTrackAnswer | None
    audio: AudioTrackAnswer | None


class VideoAnswer(BaseModel):
    model_config = shown(examples.VIDEO, examples.VIDEO_BY_URL)

    video_id: str
    status: str
    title: str | None
    file_name: str
    content_type: str | None
    file_size: int | None
    ingest: IngestAnswer | None = Field(description="Of a video that came by a URL")
    created_at: datetime
    updated_at: datetime
    segmentation: SegmentationOptions
    media: MediaAnswer | None
    segment_count: int | None = Field(description="Of the latest run")
    poster_segment_id: str | None
    run_id: str | None
    error: FailureAnswer | None
    status_url: str | None
    transcript: TranscriptSummary = Field(description="How what is said in it is written down")
    extras_url: str = Field(description="What it has beside its segments")


class VideoList(BaseModel):
    """`partial`: many uploads were given up, and the page is not full; go on with the cursor."""

    model_config = shown(examples.VIDEOS)

    items: list[VideoAnswer]
    next_cursor: str | None
    partial: bool = False
