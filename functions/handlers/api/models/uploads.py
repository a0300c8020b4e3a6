"""Uploads."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from functions.handlers.api.models import examples
from functions.handlers.api.models.common import WHOLE, Body, Text
from functions.handlers.api.models.examples import shown
from functions.handlers.api.models.extras import WITH_WORDS, Extras
from functions.handlers.api.models.segmentation import SegmentationOptions
from functions.handlers.api.models.transcripts import TranscriptChoice

# S3 takes parts of up to 5 GiB, and an upload has at most 500 of them.
MAX_UPLOAD = 2 * 1024**4


Size = Annotated[
    int,
    Field(ge=1, le=MAX_UPLOAD, strict=True, description="Bytes", examples=[48_302_112]),
    WHOLE,
]


class UploadOptions(Body):
    segmentation: SegmentationOptions | None = Field(
        default=None, description="As your preferences say, if not told"
    )
    extras: Extras | None = Field(
        default=None,
        description="What the video gets beside its segments; as your preferences say, if not "
        f"told. {WITH_WORDS}",
    )
    transcript: TranscriptChoice | None = Field(
        default=None, description="As your preferences say, if not told"
    )


class CreateUpload(Body):
    model_config = shown(examples.NEW_UPLOAD)

    file_name: Text = Field(max_length=255, examples=["holiday.mp4"])
    size: Size
    content_type: str = Field(
        default="application/octet-stream",
        max_length=100,
        pattern=r"^[\w.+-]+/[\w.+-]+$",
        examples=["video/mp4"],
    )
    title: Text | None = Field(default=None, max_length=200)
    options: UploadOptions = UploadOptions()


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

    model_config = shown(examples.UPLOAD_IN_PARTS, examples.UPLOAD_AT_ONCE)

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
