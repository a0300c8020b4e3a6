"""An hour whose frames are numbered and whose sound tells the time, both anew each ten seconds:
tiny pictures, so that it is made and read in seconds."""

from __future__ import annotations

import subprocess
from fractions import Fraction
from pathlib import Path

from tests.media.make import FFMPEG, ffmpeg
from tests.media.numbered import FIRST_PITCH, RISE, frame_of

WIDTH, HEIGHT = 64, 36
MINUTES = 60


def block_frames(rate: Fraction) -> int:
    """Frames after which the numbers begin again."""
    return round(10 * rate)


def hour(target: Path, rate: Fraction) -> Path:
    """One block is encoded, then repeated picture by picture; the sound is made whole."""
    count = block_frames(rate)
    blocks = round(MINUTES * 60 * rate / count)
    picture, sound = target.with_suffix(".h264"), target.with_suffix(".m4a")
    once = target.with_name("once.h264")
    words = ["-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{WIDTH}x{HEIGHT}", "-r", str(rate)]
    codec = ["-c:v", "libx264", "-preset", "ultrafast", "-bf", "0", "-g", "60", "-crf", "26",
             "-pix_fmt", "yuv420p", str(once)]  # fmt: skip
    frames = b"".join(frame_of(number, WIDTH, HEIGHT) for number in range(count))
    subprocess.run(
        [FFMPEG, "-loglevel", "error", "-y", *words, "-i", "pipe:0", *codec],
        input=frames,
        check=True,
    )
    picture.write_bytes(once.read_bytes() * blocks)
    length = count / rate
    at = f"mod(t\\,{float(length):.9f})"
    clock = f"aevalsrc='sin(2*PI*{at}*({FIRST_PITCH}+{RISE / 2}*{at}))':s=24000"
    ffmpeg("-f", "lavfi", "-i", f"{clock}:d={float(length * blocks):.6f}",
           "-c:a", "aac", "-b:a", "32k", str(sound))  # fmt: skip
    ffmpeg("-framerate", str(rate), "-i", str(picture), "-i", str(sound), "-c", "copy", str(target))
    for path in (picture, sound, once):
        path.unlink()
    return target
