"""What each codec is encoded with, and where it is kept."""

from __future__ import annotations

from dataclasses import dataclass

from functions.domain.cutting.exactness import DEFAULT_CRFS, EncodeTarget, VideoCodec
from functions.domain.cutting.plan import Plan, PlannedSegment

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
# Of a file of limited size: what tables and sound leave, and the least that shows anything.
_SIZE_ROOM = 0.94
_HEADER_BITS = 160_000
_SOUND_RATE = 200_000
_LEAST_RATE = 50_000
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


def most_rate(plan: Plan, segment: PlannedSegment) -> int | None:
    """Bits a second that the picture may have, where a file's size is limited."""
    if plan.size_limit is None:
        return None
    bits = plan.size_limit * 8 * _SIZE_ROOM - _HEADER_BITS
    rate = int(bits / ((segment.end - segment.start) / 1000 + 1))
    return max(_LEAST_RATE, rate - (_SOUND_RATE if plan.audio_index is not None else 0))


def picture_words(plan: Plan, target: EncodeTarget, most: int | None = None) -> list[str]:
    """Encoder and quality, `most` bits a second. Times are kept to a tick of 1/90000 s."""
    words = [*_WORDS[target.codec], *_quality(target, most)]
    if keeps_fields(plan, target):
        words += _FIELDS
    return [*words, "-fps_mode", "passthrough", "-enc_time_base", "1:90000"]


def _quality(target: EncodeTarget, most: int | None) -> list[str]:
    rate = target.bit_rate
    if rate is None:
        crf = DEFAULT_CRFS[target.codec] if target.crf is None else target.crf
        bound = ["-maxrate", str(most), "-bufsize", str(most)] if most else []
        free = ["-b:v", str(most or 0)] if target.codec is VideoCodec.VP9 else []
        return ["-crf", str(crf), *free, *bound]
    rate = min(rate, most or rate)
    if target.codec is VideoCodec.AV1:
        return ["-b:v", str(rate)]
    highest = min(rate * 3 // 2, most or rate * 2)
    return ["-b:v", str(rate), "-maxrate", str(highest), "-bufsize", str(min(rate * 2, highest))]
