"""Two minutes of 720p whose every frame carries its number in a strip of bars, and their reader."""

from __future__ import annotations

import subprocess
from pathlib import Path

import av

from infra.local.paths import LOCAL
from tests.media.make import FFMPEG

SECONDS, RATE, GOP = 120, 30, 250
WIDTH, HEIGHT, BARS, STRIP = 1280, 720, 12, 64
_DARK, _LIGHT = b"\x20", b"\xe0"


def numbered_source() -> Path:
    """H.264 with B-frames, a keyframe each 250 frames, and AAC; made once."""
    target = LOCAL / "bench" / f"numbered-720p-{SECONDS}s.mp4"
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name("numbered-part.mp4")
    picture = f"testsrc2=s={WIDTH}x{HEIGHT}:r={RATE}:d={SECONDS},noise=alls=6:allf=t"
    bars = f"[1]scale={WIDTH}:{STRIP}:flags=neighbor,format=yuv420p[bars];[0][bars]overlay=0:0"
    command = [
        FFMPEG, "-loglevel", "error", "-y", "-f", "lavfi", "-i", picture,
        "-f", "rawvideo", "-pix_fmt", "gray", "-s", f"{BARS}x1", "-r", str(RATE), "-i", "pipe:0",
        "-f", "lavfi", "-i", f"sine=f=440:r=48000:d={SECONDS}",
        "-filter_complex", f"{bars},format=yuv420p[v]", "-map", "[v]", "-map", "2",
        "-c:v", "libx264", "-preset", "veryfast", "-g", str(GOP), "-bf", "3",
        "-sc_threshold", "0", "-b:v", "4M", "-c:a", "aac", str(part),
    ]  # fmt: skip
    numbers = range(SECONDS * RATE)
    subprocess.run(command, input=b"".join(map(_bars, numbers)), check=True)
    return part.rename(target)


def _bars(number: int) -> bytes:
    bits = (number >> at & 1 for at in reversed(range(BARS)))
    return b"".join(_LIGHT if bit else _DARK for bit in bits)


def frames_of(path: Path) -> list[int]:
    """The numbers of a file's frames, in the order they are shown in."""
    with av.open(str(path)) as container:
        container.streams.video[0].thread_type = "AUTO"
        return [_number(frame) for frame in container.decode(video=0)]


def _number(frame: av.VideoFrame) -> int:
    plane = frame.planes[0]
    row = memoryview(plane)[plane.line_size * STRIP // 2 :]
    width = WIDTH // BARS
    bits = (row[at * WIDTH // BARS + width // 2] > 128 for at in range(BARS))
    return sum(bit << at for at, bit in zip(reversed(range(BARS)), bits, strict=True))


def wrong_frames(shown: list[int], start: float, end: float) -> int:
    """Frames that are missing, doubled, or not of a cut from `start` to before `end` seconds."""
    due = {number for number in range(SECONDS * RATE) if start <= number / RATE < end}
    return len(due - set(shown)) + sum(number not in due for number in shown) + _doubled(shown)


def _doubled(shown: list[int]) -> int:
    return len(shown) - len(set(shown))
