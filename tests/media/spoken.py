"""Captions to write into numbered pictures, and where they are seen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import av

from tests.media.make import ffmpeg


def plain(target: Path) -> Path:
    """Four seconds of grey, wide."""
    grey = ("-f", "lavfi", "-i", "color=c=0x606060:size=320x180:rate=25:duration=4")
    ffmpeg(*grey, "-c:v", "libx264", "-preset", "ultrafast", "-g", "25",
           "-pix_fmt", "yuv420p", str(target))  # fmt: skip
    return target


@dataclass(frozen=True, slots=True)
class Band:
    """How many pixels of a stretch of lines are white, frame by frame: `at` in seconds."""

    at: float
    white: int


def written(path: Path, top: float = 0.0, bottom: float = 1.0) -> list[Band]:
    """White pixels between two heights, 0 to 1; nothing else in a plain picture is so light."""
    with av.open(str(path)) as container:
        return [_band(frame, top, bottom) for frame in container.decode(video=0)]


def _band(frame: av.VideoFrame, top: float, bottom: float) -> Band:
    data, step = bytes(frame.planes[0]), frame.planes[0].line_size
    rows = range(round(frame.height * top), round(frame.height * bottom))
    lines = (data[row * step : row * step + frame.width] for row in rows)
    return Band(float(frame.time or 0), sum(value > 215 for line in lines for value in line))
