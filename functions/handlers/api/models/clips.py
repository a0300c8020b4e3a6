"""Bodies of clips."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from functions.domain.cutting.exactness import Exactness
from functions.handlers.api.models import clip_examples as examples
from functions.handlers.api.models.common import Body, FailureAnswer, Id
from functions.handlers.api.models.examples import shown
from functions.handlers.api.models.segmentation import EncodeTargetOptions
from functions.services.moments.clips import MAX_CLIPS, ClipState


class ClipOptionsBody(Body):
    """How clips are cut: always at their own pictures unless `keyframe` is asked for."""

    cut: Exactness | None = Field(
        default=None,
        description="`smart`, or `accurate` where a target or captions are asked for, if not told",
    )
    target: EncodeTargetOptions | None = Field(default=None, description="Of an accurate cut")
    captions: bool = Field(default=False, description="Burn in what is said, re-based to the clip")


class CutClips(ClipOptionsBody):
    model_config = shown(examples.CUT)

    moment_ids: Annotated[list[Id], Field(min_length=1, max_length=MAX_CLIPS)] | None = Field(
        default=None, description="All that were not rejected, if not told"
    )


class RecutClip(ClipOptionsBody):
    """An empty one cuts it as before."""

    model_config = shown(examples.RECUT)


class ClipAnswer(BaseModel):
    model_config = shown(examples.CLIP)

    moment_id: str
    segment_id: str | None = Field(description="The clip as a segment: download it, post it")
    status: ClipState
    error: FailureAnswer | None
    title: str
    start: float = Field(description="Of the moment, in seconds of the video")
    end: float
    duration: float | None = Field(description="Of the file, in seconds")
    cut: str | None = Field(description="How it was cut, once it is")
    stream_url: str | None = Field(description="Once it is ready; leads to the file")


class ClipList(BaseModel):
    model_config = shown(examples.CLIPS)

    items: list[ClipAnswer]


class ClipExtraction(BaseModel):
    """Clips of a video's latest moments."""

    model_config = shown(examples.EXTRACTION)

    percent: float = Field(description="Of the clips that were asked for, those that are ended")
    asked: int
    pending: int
    ready: int
    failed: int
    items: list[ClipAnswer]
