"""What each codec is encoded with, and where it is kept."""

from __future__ import annotations

from dataclasses import dataclass

from functions.domain.exactness import DEFAULT_CRFS, EncodeTarget, VideoCodec
from functions.domain.plan import Plan

# An interlaced picture stays what it is where the codec can keep it so.
_FIELDS = ("-flags", "+ilme+ildct")
_WORDS = {
    VideoCodec.H264: ("-c:v", "libx264", "-preset", "veryfast"),
    VideoCodec.HEVC: (
        "-c:v", "libx265", "-preset", "veryfast", "-x265-params", "log-level=error",
        "-tag:v", "hvc1",
    ),
    VideoCodec.AV1: ("-c:v", "libsvtav1", "-preset", "8"),
    VideoCodec.VP9: ("-c:v", "libvpx-vp9", "-deadline", "good", "-cpu-used", "4", "-row-mt", "1"),
}  # fmt: skip
END_ENCODER = _WORDS[VideoCodec.H264]
_AAC = ("-c:a", "aac")
_OPUS = ("-c:a", "libopus", "-b:a", "128k")


@dataclass(frozen=True, slots=True)
class Sound:
    """How a target's sound is encoded, and in what it can be kept on its own."""

    words: tuple[str, ...]
    muxer: str
    extension: str


def sound_of(target: EncodeTarget) -> Sound:
    if target.codec is VideoCodec.VP9:
        return Sound(_OPUS, "webm", "webm")
    return Sound(_AAC, "mp4", "m4a")


def keeps_fields(plan: Plan, target: EncodeTarget) -> bool:
    """Whether an interlaced picture is encoded so: not where its lines are moved."""
    moved = target.height or target.fps or target.shape or target.captions_key or plan.rotation
    return is_interlaced(plan) and target.codec is VideoCodec.H264 and not moved


def is_interlaced(plan: Plan) -> bool:
    return plan.picture is not None and plan.picture.interlaced


def picture_words(plan: Plan, target: EncodeTarget) -> list[str]:
    """Encoder and quality. Times are kept to a tick of 1/90000 s."""
    words = [*_WORDS[target.codec], *_quality(target)]
    if keeps_fields(plan, target):
        words += _FIELDS
    return [*words, "-fps_mode", "passthrough", "-enc_time_base", "1:90000"]


def _quality(target: EncodeTarget) -> list[str]:
    rate = target.bit_rate
    if rate is None:
        crf = DEFAULT_CRFS[target.codec] if target.crf is None else target.crf
        free = ("-b:v", "0") if target.codec is VideoCodec.VP9 else ()
        return ["-crf", str(crf), *free]
    if target.codec is VideoCodec.AV1:
        return ["-b:v", str(rate)]
    return ["-b:v", str(rate), "-maxrate", str(rate * 3 // 2), "-bufsize", str(rate * 2)]
