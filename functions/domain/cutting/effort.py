"""How much work it is to decode and encode, and how much room what comes out takes.

Figures are processor seconds of one core: H.264 as measured at 1080p30 on a quiet machine, all else
by its ratio to that in one run. Noise takes H.264 several times as long.
"""

from __future__ import annotations

from typing import Final

from functions.domain.cutting.exactness import EncodeTarget, VideoCodec
from functions.domain.cutting.plan import Plan
from functions.domain.times import Milliseconds

MEGA: Final = 1_000_000
# Of a million pixels.
DECODING: Final = 0.0015
SCALING: Final = 0.0008
ENCODING: Final = {
    VideoCodec.H264: 0.0088,
    VideoCodec.HEVC: 0.034,
    VideoCodec.AV1: 0.026,
    VideoCodec.VP9: 0.046,
}
TONE_MAPPING: Final = 0.012
CAPTIONS: Final = 0.0015
# Of a second of sound.
SOUND: Final = 0.02
LOUDNESS: Final = 0.08
BITS_PER_PIXEL: Final = 0.12


def processor_seconds(plan: Plan, length: Milliseconds) -> float:
    """To decode and encode so much of the source on one core."""
    target, seconds = plan.target or EncodeTarget(), length / 1000
    sound = sound_seconds(plan)
    picture = plan.picture
    if picture is None:
        return seconds * sound
    rate = picture.frame_rate or 30.0
    read, made = picture.width * picture.height / MEGA, pixels(plan, target) / MEGA
    each_read = DECODING + (SCALING if made != read else 0)
    each_made = ENCODING[target.codec] + (CAPTIONS if target.captions_key else 0)
    if picture.colour.hdr and target.codec is VideoCodec.H264:
        each_made += TONE_MAPPING
    return seconds * (rate * read * each_read + (target.fps or rate) * made * each_made + sound)


def pixels(plan: Plan, target: EncodeTarget) -> float:
    picture = plan.picture
    if picture is None:
        return 0.0
    wide, high = float(picture.width), float(picture.height)
    if target.shape:
        across, down = (int(part) for part in target.shape.value.split(":"))
        wide, high = min(wide, high * across / down), min(high, wide * down / across)
    return wide * high * (target.height / high) ** 2 if target.height else wide * high


def file_bytes(plan: Plan, length: Milliseconds) -> int:
    """About how large an encoded segment becomes."""
    target, picture = plan.target or EncodeTarget(), plan.picture
    if picture is None:
        return length * 16
    rate = target.fps or picture.frame_rate or 30.0
    bits = target.bit_rate or pixels(plan, target) * rate * BITS_PER_PIXEL
    return int(bits * length / 8_000) + length * 16


def sound_seconds(plan: Plan) -> float:
    """To encode a second of the sound, made loud where that is asked for."""
    if plan.audio_index is None:
        return 0.0
    return SOUND + (LOUDNESS if plan.target and plan.target.loudness else 0.0)
