"""How numbers grow: a line for each platform, and what each day brought below."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageDraw, ImageFont

_WIDTH, _LEFT, _RIGHT = 1_600, 110, 170
_LINES: Final = (80, 480)
_BARS: Final = (560, 800)
_HEIGHT: Final = 860
_BACKGROUND: Final = (18, 20, 24)
_TEXT, _FAINT, _GRID = (222, 226, 230), (120, 126, 134), (44, 48, 56)
_COLOURS: Final[Mapping[str, tuple[int, int, int]]] = {
    "youtube": (230, 80, 80),
    "instagram": (200, 110, 220),
    "tiktok": (90, 200, 200),
    "facebook": (90, 150, 235),
    "x": (222, 226, 230),
}
_STEPS: Final = 4

Series = Mapping[str, Sequence[tuple[int | None, int | None]]]


def draw_curves(platforms: Sequence[Mapping[str, Any]], target: Path) -> Path:
    """Write a PNG of views: `platforms` as the API's analytics tell them, with their series."""
    series = {
        str(one["platform"]): [
            (point["views"]["total"], point["views"]["gained"]) for point in one["series"]
        ]
        for one in platforms
    }
    days = [str(point["start"])[5:10] for point in platforms[0]["series"]]
    picture = Image.new("RGB", (_WIDTH, _HEIGHT), _BACKGROUND)
    draw = ImageDraw.Draw(picture)
    draw.text((_LEFT, 24), "Views of a video's posts", _TEXT, font=_font(24))
    draw.text((_LEFT, _BARS[0] - 44), "What each day brought", _TEXT, font=_font(20))
    _lines(draw, series, len(days))
    _bars(draw, series, len(days))
    for at, day in enumerate(days):
        where = (_x(at, len(days)), _BARS[1] + 12)
        draw.text(where, day, _FAINT, font=_font(15), anchor="mt")
    target.parent.mkdir(parents=True, exist_ok=True)
    picture.save(target, "PNG")
    return target


def _x(at: int, days: int) -> float:
    each = (_WIDTH - _LEFT - _RIGHT) / days
    return _LEFT + each * (at + 0.5)


def _lines(draw: ImageDraw.ImageDraw, series: Series, days: int) -> None:
    most = _scale(total or 0 for points in series.values() for total, _ in points)
    _grid(draw, most, _LINES)
    ends = sorted((max(total or 0 for total, _ in points), name) for name, points in series.items())
    for name, points in series.items():
        known = [
            (_x(at, days), _y(total, most, _LINES))
            for at, (total, _) in enumerate(points)
            if total is not None
        ]
        draw.line(known, fill=_COLOURS[name], width=4, joint="curve")
        for x, y in known:
            draw.ellipse((x - 4, y - 4, x + 4, y + 4), fill=_COLOURS[name])
    lowest = float(_LINES[1]) + 24
    for total, name in ends:
        # From below, so that names do not lie on each other.
        lowest = min(_y(total, most, _LINES), lowest - 24)
        where = (_WIDTH - _RIGHT + 8, lowest)
        draw.text(where, f"{name} {total:,}", _COLOURS[name], font=_font(17), anchor="lm")


def _bars(draw: ImageDraw.ImageDraw, series: Series, days: int) -> None:
    sums = [sum(points[at][1] or 0 for points in series.values()) for at in range(days)]
    most = _scale(sums)
    _grid(draw, most, _BARS)
    for at in range(days):
        below = 0
        for name, points in series.items():
            gained = points[at][1] or 0
            x, top = _x(at, days), _y(below + gained, most, _BARS)
            box = (x - 24, top, x + 24, _y(below, most, _BARS))
            if gained:
                draw.rectangle(box, fill=_COLOURS[name])
            below += gained


def _scale(values: Iterable[int]) -> int:
    """Where an axis ends: at or above all values, in steps that read well."""
    most, unit = max(values, default=0), 1
    while True:
        for step in (1, 2, 5):
            if step * unit * _STEPS >= most:
                return step * unit * _STEPS
        unit *= 10


def _grid(draw: ImageDraw.ImageDraw, most: int, place: tuple[int, int]) -> None:
    for step in range(_STEPS + 1):
        value = most * step // _STEPS
        y = _y(value, most, place)
        draw.line((_LEFT, y, _WIDTH - _RIGHT, y), fill=_GRID)
        draw.text((_LEFT - 12, y), f"{value:,}", _FAINT, font=_font(15), anchor="rm")


def _y(value: int, most: int, place: tuple[int, int]) -> float:
    return place[1] - (place[1] - place[0]) * value / most


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size=size)
