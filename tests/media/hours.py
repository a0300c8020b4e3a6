"""An hour whose frames are numbered and whose sound tells the time, both anew each 21 seconds:
tiny pictures, so that it is made and read in seconds.

A block of 1,025,024 samples at 48 kHz is a whole number of frames at both broadcast rates and of
packets of AAC: 1,001. So one block is encoded, and repeated byte by byte.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

from tests.media.make import FFMPEG, ffmpeg
from tests.media.numbered import FIRST_PITCH, RISE, SAMPLES, frame_of

WIDTH, HEIGHT = 64, 36
BLOCK = Fraction(1_001 * 1_024, SAMPLES)
BLOCKS = 169
_PACKETS = 1_001
# A second of a bare H.264 stream, and a whole number of frames at both rates.
_TICKS = 1_200_000


def block_frames(rate: Fraction) -> int:
    """Frames after which the numbers begin again."""
    return int(BLOCK * rate)


def hour(target: Path, rate: Fraction) -> Path:
    picture, sound = target.with_suffix(".h264"), target.with_suffix(".aac")
    _picture(picture, rate)
    _sound(sound)
    for path in (picture, sound):
        path.write_bytes(path.read_bytes() * BLOCKS)
    both = ("-framerate", str(rate), "-i", str(picture), "-i", str(sound))
    # A bare stream's times are rounded to microseconds, which is a frame in an hour.
    step = int(_TICKS / rate)
    ffmpeg(*both, "-c", "copy", "-bsf:v", f"setts=ts=N*{step}:duration={step}", str(target))
    picture.unlink()
    sound.unlink()
    return target


def _picture(target: Path, rate: Fraction) -> None:
    """Without pictures out of order: a bare stream could not tell their times."""
    raw = ["-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(rate)]
    codec = ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "0", "-g", "60", "-crf", "26",
             "-pix_fmt", "yuv420p", str(target)]  # fmt: skip
    frames = b"".join(frame_of(number, WIDTH, HEIGHT) for number in range(block_frames(rate)))
    command = [FFMPEG, "-loglevel", "error", "-y", *raw, "-i", "pipe:0", *codec]
    subprocess.run(command, input=frames, check=True)


def _sound(target: Path) -> None:
    """The first packet is the encoder's own lead; without it the first sample is at zero."""
    clock = f"aevalsrc='sin(2*PI*({FIRST_PITCH}*t+{RISE / 2}*t*t))':s={SAMPLES}:d={float(BLOCK)}"
    ffmpeg("-f", "lavfi", "-i", clock, "-c:a", "aac", "-b:a", "48k", str(target))
    packets = list(_packets(target.read_bytes()))
    target.write_bytes(b"".join(packets[1 : _PACKETS + 1]))


def _packets(stream: bytes) -> Iterator[bytes]:
    """Source: ISO/IEC 13818-7, the length in an ADTS header."""
    at = 0
    while at < len(stream):
        size = int.from_bytes(stream[at + 3 : at + 6], "big") >> 5 & 0x1FFF
        yield stream[at : at + size]
        at += size
