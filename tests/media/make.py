"""Small media files for tests, made with ffmpeg; each function returns the file it made."""

from __future__ import annotations

import subprocess
from pathlib import Path

import imageio_ffmpeg

FFMPEG = imageio_ffmpeg.get_ffmpeg_exe()
RATE = 25


def ffmpeg(*words: str) -> None:
    """Run ffmpeg; raises with what it printed."""
    done = subprocess.run(
        [FFMPEG, "-nostdin", "-loglevel", "error", "-y", *words], capture_output=True, check=False
    )
    if done.returncode:
        raise AssertionError(done.stderr.decode(errors="replace"))


def picture(seconds: float, size: str = "320x180", rate: int = RATE) -> tuple[str, ...]:
    """Input words for a moving test picture."""
    return ("-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}:duration={seconds}")


def tone(seconds: float, rate: int = 48_000) -> tuple[str, ...]:
    """Input words for a sound."""
    return ("-f", "lavfi", "-i", f"sine=frequency=440:sample_rate={rate}:duration={seconds}")


def talk(target: Path, seconds: float = 10, gop: int = 100) -> Path:
    """H.264 with B-frames and AAC: what most uploads are. Key frames each `gop` frames."""
    codec = ("-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", str(gop))
    ffmpeg(*picture(seconds), *tone(seconds), *codec, "-c:a", "aac", "-shortest", str(target))
    return target
