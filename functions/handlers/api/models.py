"""Bodies of requests and answers. Times are seconds, dates ISO 8601 in UTC."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from functions.domain.segmentation import MAX_LENGTH, MIN_LENGTH

# S3 takes parts of up to 5 GiB, and an upload has at most 500 of them.
MAX_UPLOAD = 2 * 1024**4


def _printable(text: str) -> str:
    if any(ord(char) < 32 or ord(char) == 127 for char in text):
        raise ValueError("control characters are not allowed")
    if not text.strip():
        raise ValueError("must not be blank")
    return text


Text = Annotated[str, AfterValidator(_printable)]


class Body(BaseModel):
    """Unknown fields are refused: a misspelt option must not be passed over in silence."""

    model_config = ConfigDict(extra="forbid")


class SegmentationOptions(Body):
    mode: Literal["fixed"] = "fixed"
    length_s: float = Field(
        default=30, ge=MIN_LENGTH / 1000, le=MAX_LENGTH / 1000, allow_inf_nan=False
    )


class UploadOptions(Body):
    segmentation: SegmentationOptions = SegmentationOptions()


class CreateUpload(Body):
    file_name: Text = Field(max_length=255, examples=["holiday.mp4"])
    size: int = Field(ge=1, le=MAX_UPLOAD, strict=True, description="Bytes", examples=[48_302_112])
    content_type: str = Field(
        default="application/octet-stream",
        max_length=100,
        pattern=r"^[\w.+-]+/[\w.+-]+$",
        examples=["video/mp4"],
    )
    title: Text | None = Field(default=None, max_length=200)
    options: UploadOptions = UploadOptions()


class StartPipeline(Body):
    video_id: str = Field(min_length=1, max_length=64)


class PartUrl(BaseModel):
    part_number: int
    url: str


class ArrivedPart(BaseModel):
    part_number: int
    size: int
    etag: str


class UploadAnswer(BaseModel):
    """`put` for one PUT of the whole file, `parts` for one PUT per part.

    `parts` are the first 100 that are missing: send them and GET this again, until none is left.
    """

    video_id: str
    status: str
    method: Literal["put", "multipart"]
    expires_at: datetime
    put_url: str | None = None
    put_headers: dict[str, str] | None = None
    part_size: int | None = None
    parts: list[PartUrl] | None = None
    arrived: list[ArrivedPart] | None = None
    complete_url: str


class FailureAnswer(BaseModel):
    """Why something failed: a stable code, words for the user, the stage."""

    code: str
    detail: str
    stage: str


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
    video_id: str
    status: str
    title: str | None
    file_name: str
    content_type: str | None
    file_size: int | None
    created_at: datetime
    updated_at: datetime
    segmentation: SegmentationOptions
    media: MediaAnswer | None
    segment_count: int | None
    poster_segment_id: str | None
    run_id: str | None
    error: FailureAnswer | None
    status_url: str | None


class VideoList(BaseModel):
    items: list[VideoAnswer]
    next_cursor: str | None


class SegmentAnswer(BaseModel):
    """`start` and `end` as asked; `actual_*`, `duration` and `frame_count` as measured."""

    segment_id: str
    video_id: str
    user_id: str
    segment_type: str
    segment_number: int
    source: str
    s3_key: str
    file_size: int
    content_type: str
    duration: float | None
    start: float | None
    end: float | None
    actual_start: float | None
    actual_end: float | None
    frame_count: int | None
    width: int | None
    height: int | None
    title: str | None
    description: str | None
    tags: list[str]
    created_at: datetime
    updated_at: datetime
    version: int


class SegmentList(BaseModel):
    items: list[SegmentAnswer]
    next_cursor: str | None


class DownloadAnswer(BaseModel):
    url: str
    file_name: str
    expires_at: datetime


StageStatus = Literal["pending", "running", "done", "reused", "failed"]


class StageAnswer(BaseModel):
    name: str
    status: StageStatus
    started_at: datetime | None
    finished_at: datetime | None
    duration: float | None


class RunAnswer(BaseModel):
    video_id: str
    run_id: str
    status: str
    stage: str
    percent: float
    created_at: datetime
    finished_at: datetime | None
    stages: list[StageAnswer]
    error: FailureAnswer | None


class RunAccepted(BaseModel):
    video_id: str
    run_id: str
    status: str
    status_url: str


class HealthAnswer(BaseModel):
    status: Literal["ok", "degraded"]
    stage: str
    checks: dict[str, bool] | None = None
