"""Sounds beside each other: as pictures on one axis of time, and as one number."""

from __future__ import annotations

import array
import math
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import imageio_ffmpeg
from PIL import Image, ImageDraw, ImageFont

RATE: Final = 8_000
_SHIFT: Final = 160
"""Samples by which a coder may move sound."""
_WIDTH, _LEFT, _ROW = 1_600, 150, 150
_BACKGROUND: Final = (18, 20, 24)
_TEXT, _FAINT = (222, 226, 230), (120, 126, 134)
_COLOURS: Final = {"anna": (240, 180, 70), "ben": (110, 200, 130)}
_SOUND: Final = (90, 150, 235)


@dataclass(frozen=True, slots=True)
class Range:
    """`start` to `end` of a video has `voice` from `crop` on: seconds."""

    voice: Path
    name: str
    start: float
    end: float
    crop: float

    @property
    def seconds(self) -> float:
        return self.end - self.start


def samples(path: Path, start: float, seconds: float) -> list[float]:
    words = [imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-loglevel", "error", "-i", str(path)]
    words += ["-ss", f"{start}", "-t", f"{seconds}", "-map", "0:a:0", "-ac", "1"]
    done = subprocess.run(
        [*words, "-ar", str(RATE), "-f", "f32le", "-"], capture_output=True, check=True
    )
    return list(array.array("f", done.stdout))


def likeness(one: Path, at: float, other: Path, from_: float, seconds: float) -> float:
    """Correlation of two stretches, -1 to 1, at the best place near by."""
    ours, theirs = samples(one, at, seconds), samples(other, from_, seconds)
    count = min(len(ours), len(theirs)) - 2 * _SHIFT
    middle = theirs[_SHIFT : _SHIFT + count]

    def there(offset: int) -> float:
        part = ours[offset : offset + count]
        both = sum(a * b for a, b in zip(part, middle, strict=True))
        power = math.sqrt(sum(a * a for a in part) * sum(b * b for b in middle))
        return both / power if power else 0.0

    return max(there(offset) for offset in range(0, 2 * _SHIFT + 1, 2))


def draw_waveforms(
    before: Path, after: Path, ranges: Sequence[Range], length: float, target: Path
) -> Path:
    """The video's sound, the voices where they belong, and what came of both: a PNG."""
    picture = Image.new("RGB", (_WIDTH, 3 * _ROW + 90), _BACKGROUND)
    draw = ImageDraw.Draw(picture)
    draw.text((_LEFT, 16), "Three ranges, two voices", _TEXT, font=ImageFont.load_default(size=24))
    rows = ("before", "voices", "after")
    for row, name in enumerate(rows):
        middle = 70 + _ROW * row + _ROW / 2
        font = ImageFont.load_default(size=18)
        draw.text((_LEFT - 16, middle), name, _FAINT, font=font, anchor="rm")
    for one in ranges:
        left, right = _x(one.start, length), _x(one.end, length)
        draw.rectangle((left, 70, right, 70 + 3 * _ROW), fill=(34, 38, 46))
    _wave(draw, samples(before, 0, length), 0.0, length, 0, _SOUND)
    _wave(draw, samples(after, 0, length), 0.0, length, 2, _SOUND)
    for one in ranges:
        colour = _COLOURS.get(one.name, _TEXT)
        heard = samples(one.voice, one.crop, one.seconds)
        _wave(draw, heard, one.start, length, 1, colour)
        _wave(draw, samples(after, one.start, one.seconds), one.start, length, 2, colour)
    target.parent.mkdir(parents=True, exist_ok=True)
    picture.save(target, "PNG")
    return target


def _x(at: float, length: float) -> float:
    return _LEFT + (_WIDTH - _LEFT - 30) * at / length


def _wave(
    draw: ImageDraw.ImageDraw,
    heard: Sequence[float],
    start: float,
    length: float,
    row: int,
    colour: tuple[int, int, int],
) -> None:
    """For each column the lowest and the highest sample of its stretch."""
    middle, most = 70 + _ROW * row + _ROW / 2, _ROW / 2 - 8
    step = RATE * length / (_WIDTH - _LEFT - 30)
    left = round(_x(start, length))
    for column in range(int(len(heard) / step)):
        part = heard[round(column * step) : round((column + 1) * step)] or [0.0]
        top, bottom = middle - max(part) * most, middle - min(part) * most
        draw.line((left + column, top, left + column, bottom), fill=colour)
