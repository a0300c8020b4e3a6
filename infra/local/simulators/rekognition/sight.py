"""Where letters are seen in a picture: light ones, as captions are. What they say is not read.

Letters are thin, stand close together, and make a line that is broken many times: light areas lose
what is thick, what is left is joined sideways, and of each group is asked whether it looks so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from typing import Final

from PIL import Image, ImageChops, ImageFilter

_WIDTH: Final = 640
_LIGHT: Final = 190
_STROKE: Final = 13
"""Pixels of that width: what is thicker is no part of a letter."""
_CELL: Final = (8, 4)
"""Pixels: gaps up to two of them are none."""
_LEAST_HEIGHT, _MOST_HEIGHT = 0.02, 0.3
_BREAKS: Final = 4
"""A line of letters is crossed from light to dark so often, at least."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A line of letters, in parts of the picture's width and height."""

    left: float
    top: float
    width: float
    height: float


def lines_in(content: bytes) -> list[Seen]:
    """From top to bottom. Raises OSError for what is no JPEG or PNG."""
    with Image.open(BytesIO(content), formats=("JPEG", "PNG")) as picture:
        grey = picture.convert("L")
    grey = grey.resize((_WIDTH, max(1, round(grey.height * _WIDTH / grey.width))))
    strokes = _strokes(grey)
    boxes = (_close(strokes, box) for box in _groups(strokes))
    found = [_seen(box, grey) for box in boxes if box and _is_line(strokes, box, grey)]
    return sorted(found, key=lambda one: (one.top, one.left))


def _strokes(grey: Image.Image) -> Image.Image:
    """Light pixels that are part of nothing thick."""
    light = grey.point(lambda value: 255 if value >= _LIGHT else 0)
    thick = light.filter(ImageFilter.MinFilter(_STROKE)).filter(ImageFilter.MaxFilter(_STROKE + 4))
    return ImageChops.subtract(light, thick)


def _groups(strokes: Image.Image) -> Iterator[tuple[int, int, int, int]]:
    """Boxes of what hangs together once it is spread a bit, sideways more than up and down."""
    wide, high = _CELL
    cells = strokes.resize(
        (max(1, strokes.width // wide), max(1, strokes.height // high)), Image.Resampling.BOX
    )
    cells = cells.point(lambda value: 255 if value else 0).filter(ImageFilter.MaxFilter(3))
    lit = {(at % cells.width, at // cells.width) for at, on in enumerate(cells.tobytes()) if on}
    while lit:
        group, edge = set[tuple[int, int]](), [lit.pop()]
        while edge:
            x, y = edge.pop()
            group.add((x, y))
            beside = {(x + 1, y), (x - 1, y), (x, y + 1), (x, y - 1)} & lit
            lit -= beside
            edge += beside
        columns, rows = [x for x, _ in group], [y for _, y in group]
        yield (
            min(columns) * wide,
            min(rows) * high,
            min((max(columns) + 1) * wide, strokes.width),
            min((max(rows) + 1) * high, strokes.height),
        )


def _close(
    strokes: Image.Image, box: tuple[int, int, int, int]
) -> tuple[int, int, int, int] | None:
    """The box, drawn close."""
    inner = strokes.crop(box).getbbox()
    if inner is None:
        return None
    return box[0] + inner[0], box[1] + inner[1], box[0] + inner[2], box[1] + inner[3]


def _is_line(strokes: Image.Image, box: tuple[int, int, int, int], grey: Image.Image) -> bool:
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    if not _LEAST_HEIGHT * grey.height <= height <= _MOST_HEIGHT * grey.height:
        return False
    if width < 1.5 * height:
        return False
    middle = strokes.crop((left, top + height // 2, right, top + height // 2 + 1)).tobytes()
    breaks = sum(bool(one and not other) for one, other in pairwise(middle))
    lit = sum(1 for on in strokes.crop(box).tobytes() if on) / (width * height)
    return breaks >= _BREAKS and 0.1 <= lit <= 0.75


def _seen(box: tuple[int, int, int, int], grey: Image.Image) -> Seen:
    left, top, right, bottom = box
    return Seen(
        left=left / grey.width,
        top=top / grey.height,
        width=(right - left) / grey.width,
        height=(bottom - top) / grey.height,
    )
