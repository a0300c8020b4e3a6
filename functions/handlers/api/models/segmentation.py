"""How a video is to be cut."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from functions.domain.captions import MAX_TEXT, parse_captions
from functions.domain.errors import InvalidInputError
from functions.domain.exactness import (
    ANY_CRF,
    BIT_RATES,
    CRFS,
    HEIGHTS,
    RATES,
    Exactness,
    Shape,
    VideoCodec,
)
from functions.domain.segmentation import MAX_LENGTH, MIN_LENGTH
from functions.handlers.api.models.common import WHOLE, Body


def _captions(text: str) -> str:
    """Raises ValueError naming the lines that are wrong."""
    try:
        parse_captions(text)
    except InvalidInputError as error:
        raise ValueError(" ".join(field.detail for field in error.fields)) from error
    return text


class EncodeTargetOptions(Body):
    """What an accurate cut encodes to; what is left out stays as the source has it."""

    codec: VideoCodec = Field(
        default=VideoCodec.H264,
        description="`h264` has eight bits, into which HDR is brought; the others keep ten, and "
        "HDR. `vp9` is WebM with Opus, the others are MP4 with AAC",
    )
    height: (
        Annotated[
            int,
            Field(
                ge=HEIGHTS[0],
                le=HEIGHTS[1],
                multiple_of=2,
                strict=True,
                description="Pixels of the upright picture, after the crop",
            ),
            WHOLE,
        ]
        | None
    ) = None
    fps: float | None = Field(default=None, ge=RATES[0], le=RATES[1], allow_inf_nan=False)
    crf: (
        Annotated[
            int,
            Field(
                ge=ANY_CRF[0],
                le=ANY_CRF[1],
                strict=True,
                description="On the codec's own scale: 0 to 51 of h264 (20 if left out) and hevc "
                "(24), 1 to 63 of av1 (32), 0 to 63 of vp9 (32); lower is better",
            ),
            WHOLE,
        ]
        | None
    ) = None
    bit_rate: (
        Annotated[
            int,
            Field(ge=BIT_RATES[0], le=BIT_RATES[1], strict=True, description="Bits a second"),
            WHOLE,
        ]
        | None
    ) = None
    shape: Shape | None = Field(default=None, description="Crop to this width to height")
    offset: float = Field(
        default=0.5,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="Moves the crop from left or top (0) to right or bottom (1)",
    )
    loudness: Literal[-14, -16] | None = Field(default=None, description="LUFS")
    captions: (
        Annotated[
            str,
            Field(max_length=MAX_TEXT),
            AfterValidator(_captions),
        ]
        | None
    ) = Field(
        default=None,
        description="SubRip or WebVTT text on the video's clock, written into the picture: Latin, "
        "Greek, Cyrillic and Devanagari letters",
    )

    @model_validator(mode="after")
    def _one_rate(self) -> EncodeTargetOptions:
        if self.crf is not None and self.bit_rate is not None:
            raise ValueError("give either crf or bit_rate")
        low, high = CRFS[self.codec]
        if self.crf is not None and not low <= self.crf <= high:
            raise ValueError(f"crf of {self.codec.value} is from {low} to {high}")
        return self


class SegmentationOptions(Body):
    """`keyframe` moves boundaries to keyframes and encodes nothing. `smart` cuts at the frame,
    encoding only the two ends of a segment; `accurate` cuts at the frame and encodes all. A segment
    tells how it was cut, and why so."""

    mode: Literal["fixed"] = "fixed"
    length_s: float = Field(
        default=30, ge=MIN_LENGTH / 1000, le=MAX_LENGTH / 1000, allow_inf_nan=False
    )
    cut: Exactness = Exactness.KEYFRAME
    target: EncodeTargetOptions | None = Field(default=None, description="Of an accurate cut")

    @model_validator(mode="after")
    def _target_of_accurate(self) -> SegmentationOptions:
        if self.target is not None and self.cut is not Exactness.ACCURATE:
            raise ValueError("only an accurate cut has a target")
        return self
