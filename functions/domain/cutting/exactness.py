"""How exact a cut is, and what an encoded one is encoded to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from functions.domain.errors import FieldError, InvalidInputError


class Exactness(StrEnum):
    """`keyframe` moves boundaries to keyframes and encodes nothing; the others cut at the frame.

    `smart` encodes the groups of pictures at the two ends and copies what lies between;
    `accurate` encodes all.
    """

    KEYFRAME = "keyframe"
    SMART = "smart"
    ACCURATE = "accurate"


class CutReason(StrEnum):
    """Why a cut is another than was asked for."""

    NO_PICTURE = "no_picture"
    CODEC = "codec"
    CONTAINER = "container"
    INTERLACED = "interlaced"
    OPEN_GROUPS = "open_groups"
    NO_WHOLE_GROUP = "no_whole_group"
    PARAMETERS_CHANGE = "parameters_change"
    NOT_VERIFIED = "not_verified"
    SIZE = "size"
    LOSSLESS = "lossless"


class VideoCodec(StrEnum):
    """`h264` plays everywhere and has eight bits; the others keep ten, and with them HDR."""

    H264 = "h264"
    HEVC = "hevc"
    AV1 = "av1"
    VP9 = "vp9"


class Shape(StrEnum):
    """A crop to a ratio of width to height."""

    PORTRAIT = "9:16"
    UPRIGHT = "4:5"
    SQUARE = "1:1"
    WIDE = "16:9"


HEIGHTS: Final = (144, 4_320)
RATES: Final = (1.0, 120.0)
# Each encoder has a scale of its own; the default is about as good on each.
CRFS: Final = {
    VideoCodec.H264: (0, 51),
    VideoCodec.HEVC: (0, 51),
    VideoCodec.AV1: (1, 63),
    VideoCodec.VP9: (0, 63),
}
DEFAULT_CRFS: Final = {
    VideoCodec.H264: 20,
    VideoCodec.HEVC: 24,
    VideoCodec.AV1: 32,
    VideoCodec.VP9: 32,
}
ANY_CRF: Final = (0, 63)
BIT_RATES: Final = (50_000, 200_000_000)
LOUDNESSES: Final = (-14, -16)


class CaptionsFrom(StrEnum):
    """Where captions are taken from that nobody sends."""

    TRANSCRIPT = "transcript"


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodeTarget:
    """What `accurate` encodes to; None leaves a thing as the source has it.

    `height` is of the upright picture in pixels, after the crop; `crf` (on the codec's own scale)
    and `bit_rate` (bits a second) exclude each other; `offset` moves the crop from left or top (0)
    to right or bottom (1); `loudness` is in LUFS. `captions` are SubRip or WebVTT text as
    it was sent, to be written into the picture, unless they are to be made of what is said
    (`captions_from`); they are kept under `captions_key`, since what is asked for has to be small.
    Raises InvalidInputError where a value cannot be met.
    """

    codec: VideoCodec = VideoCodec.H264
    height: int | None = None
    fps: float | None = None
    crf: int | None = None
    bit_rate: int | None = None
    shape: Shape | None = None
    offset: float = 0.5
    loudness: int | None = None
    captions: str | None = None
    captions_from: CaptionsFrom | None = None
    captions_key: str | None = None

    def __post_init__(self) -> None:
        wrong = [
            *_outside("height", self.height, HEIGHTS),
            *_outside("fps", self.fps, RATES),
            *_outside("crf", self.crf, CRFS[self.codec]),
            *_outside("bit_rate", self.bit_rate, BIT_RATES),
            *_outside("offset", self.offset, (0, 1)),
        ]
        if self.height is not None and self.height % 2:
            wrong.append(_wrong("height", "The height must be even."))
        if self.crf is not None and self.bit_rate is not None:
            wrong.append(_wrong("bit_rate", "Give either a CRF or a bit rate."))
        if self.captions is not None and self.captions_from is not None:
            wrong.append(
                FieldError("/captions_from", "twice", "Either these, or text of your own.")
            )
        if self.loudness is not None and self.loudness not in LOUDNESSES:
            wrong.append(_wrong("loudness", "The loudness is -14 or -16 LUFS."))
        if wrong:
            raise InvalidInputError(
                "segmentation.target",
                "Sound and picture cannot be encoded so.",
                fields=tuple(wrong),
            )


def _outside(name: str, value: float | None, limits: tuple[float, float]) -> list[FieldError]:
    low, high = limits
    if value is None or low <= value <= high:
        return []
    return [_wrong(name, f"From {low:g} to {high:g}.")]


def _wrong(name: str, detail: str) -> FieldError:
    return FieldError(f"/{name}", "out_of_range", detail)
