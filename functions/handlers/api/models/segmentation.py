"""How a video is to be cut."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from functions.domain.captions.cue import MAX_TEXT, parse_captions
from functions.domain.cutting.exactness import (
    ANY_CRF,
    BIT_RATES,
    CRFS,
    HEIGHTS,
    RATES,
    CaptionsFrom,
    Exactness,
    Shape,
    VideoCodec,
)
from functions.domain.cutting.segmentation import (
    MAX_LENGTH,
    MAX_PARTS,
    MAX_RANGES,
    MAX_SIZE,
    MIN_LENGTH,
    MIN_SIZE,
    Mode,
)
from functions.domain.errors import InvalidInputError
from functions.handlers.api.models.common import MAX_SECONDS, WHOLE, Body, Text


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
    captions_from: CaptionsFrom | None = Field(
        default=None,
        description="`transcript`: what is said, in place of `captions`. Of a video that has a "
        "transcript (409 otherwise): of a range, of clips, and of a new start of the pipeline",
    )

    @model_validator(mode="after")
    def _one_rate(self) -> EncodeTargetOptions:
        if self.crf is not None and self.bit_rate is not None:
            raise ValueError("give either crf or bit_rate")
        low, high = CRFS[self.codec]
        if self.crf is not None and not low <= self.crf <= high:
            raise ValueError(f"crf of {self.codec.value} is from {low} to {high}")
        return self


Seconds = Annotated[float, Field(ge=0, le=MAX_SECONDS, allow_inf_nan=False)]
Length = Annotated[float, Field(ge=MIN_LENGTH / 1000, le=MAX_LENGTH / 1000, allow_inf_nan=False)]


class RangeOptions(Body):
    """A segment of a list, in seconds from the video's start."""

    start: Seconds
    end: Seconds
    title: Text | None = Field(default=None, max_length=200)


class SegmentationOptions(Body):
    """Where a video is cut, and how exactly.

    `fixed` cuts each `length_s` (30 if not told), `overlap_s` shared by neighbours. `ranges` makes
    the segments of a list. `scenes` cuts where the picture changes by `threshold`. `silence` cuts
    in the middle of pauses of `pause_s` or more, in which no peak reaches `level_db`. `parts` are
    equally long. `size` makes files of at most `size_mb`. `none` makes one segment of all. What
    belongs to another mode is refused; `min_length_s` and `max_length_s` hold in all of them.

    `keyframe` moves boundaries to keyframes and encodes nothing. `smart` cuts at the frame,
    encoding only the two ends of a segment; `accurate` cuts at the frame and encodes all. A segment
    tells how it was cut, and why so."""

    mode: Mode = Mode.FIXED
    length_s: Length | None = None
    overlap_s: Seconds | None = Field(default=None, description="At most half of length_s")
    ranges: Annotated[list[RangeOptions], Field(min_length=1, max_length=MAX_RANGES)] | None = None
    threshold: float | None = Field(
        default=None, ge=1, le=100, allow_inf_nan=False, description="10 if not told"
    )
    level_db: float | None = Field(
        default=None, ge=-90, le=-10, allow_inf_nan=False, description="dBFS; -40 if not told"
    )
    pause_s: float | None = Field(
        default=None, ge=0.1, le=60, allow_inf_nan=False, description="0.5 if not told"
    )
    parts: Annotated[int, Field(ge=1, le=MAX_PARTS, strict=True), WHOLE] | None = None
    size_mb: float | None = Field(
        default=None,
        ge=MIN_SIZE / 1e6,
        le=MAX_SIZE / 1e6,
        allow_inf_nan=False,
        description="Millions of bytes",
    )
    min_length_s: Length | None = None
    max_length_s: Length | None = Field(default=None, description="At least twice min_length_s")
    cut: Exactness = Exactness.KEYFRAME
    target: EncodeTargetOptions | None = Field(default=None, description="Of an accurate cut")
