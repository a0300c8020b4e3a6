"""A picture of a talk: how loud it is, what it is about, and which moments were found in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from PIL import Image, ImageDraw, ImageFont

from infra.local.talk_video import Topic

_WIDTH: Final = 1_600
_LEFT, _RIGHT = 130, 30
_WAVE: Final = (70, 230)
_TOPICS: Final = (250, 310)
_AXIS: Final = 330
_MOMENTS: Final = 380
_ROW, _BAR = 34, 26
_BACKGROUND: Final = (18, 20, 24)
_TEXT, _FAINT = (222, 226, 230), (120, 126, 134)
_SOUND: Final = (90, 150, 235)
_MOMENT: Final = (240, 180, 70)
_COLOURS: Final = ((38, 84, 108), (128, 86, 40), (78, 72, 146), (44, 110, 66), (96, 52, 84))


def draw_timeline(
    topics: Sequence[Topic],
    moments: Sequence[Mapping[str, Any]],
    peaks: Mapping[str, Any],
    target: Path,
) -> Path:
    """Write a PNG. `moments` and `peaks` (as audiowaveform writes them) are those of the API; the
    topics are known, since the talk was written."""
    height = _MOMENTS + _ROW * max(1, len(moments)) + 30
    picture = Image.new("RGB", (_WIDTH, height), _BACKGROUND)
    draw, length = ImageDraw.Draw(picture), topics[-1].end
    draw.text((_LEFT, 20), "Moments of a talk", _TEXT, font=_font(24))
    _axis(draw, length, height)
    _wave(draw, peaks, length)
    _topics(draw, topics, length)
    for row, moment in enumerate(moments):
        _moment(draw, moment, _MOMENTS + _ROW * row, length)
    for name, y in (("sound", 150), ("topics", 280), ("moments", _MOMENTS + _BAR / 2)):
        draw.text((_LEFT - 16, y), name, _FAINT, font=_font(16), anchor="rm")
    target.parent.mkdir(parents=True, exist_ok=True)
    picture.save(target, "PNG")
    return target


def _x(at: float, length: float) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * min(at, length) / length


def _wave(draw: ImageDraw.ImageDraw, peaks: Mapping[str, Any], length: float) -> None:
    """For each column the lowest and the highest sample of its stretch."""
    top, bottom = _WAVE
    middle, scale = (top + bottom) / 2, (bottom - top) / 256
    data, step = peaks["data"], peaks["samples_per_pixel"] / peaks["sample_rate"]
    for x in range(_LEFT, _WIDTH - _RIGHT):
        first, last = (
            round((x + more - _LEFT) / (_WIDTH - _LEFT - _RIGHT) * length / step) for more in (0, 1)
        )
        found = data[2 * first : 2 * max(first + 1, last)]
        if found:
            draw.line((x, middle - max(found) * scale, x, middle - min(found) * scale), fill=_SOUND)


def _topics(draw: ImageDraw.ImageDraw, topics: Sequence[Topic], length: float) -> None:
    top, bottom = _TOPICS
    for number, topic in enumerate(topics):
        left, right = _x(topic.start, length), _x(topic.end, length)
        draw.rectangle((left, top, right - 2, bottom), fill=_COLOURS[number % len(_COLOURS)])
        middle = ((left + right) / 2, (top + bottom) / 2)
        draw.text(middle, topic.title, _TEXT, font=_font(18), anchor="mm")


def _axis(draw: ImageDraw.ImageDraw, length: float, height: int) -> None:
    for at in range(0, int(length) + 1, 15):
        x = _x(at, length)
        draw.line((x, _WAVE[0], x, height - 20), fill=(44, 48, 54))
        label = f"{at // 60}:{at % 60:02}"
        draw.text((x, _AXIS + 10), label, _FAINT, font=_font(14), anchor="mm")


def _moment(
    draw: ImageDraw.ImageDraw, moment: Mapping[str, Any], top: float, length: float
) -> None:
    """A bar as long as the moment is; its title stands beside it, where there is room."""
    left, right = _x(moment["start"], length), _x(moment["end"], length)
    draw.rounded_rectangle((left, top, right, top + _BAR), 5, fill=_MOMENT)
    font, middle = _font(16), top + _BAR / 2
    score = f"{moment['score']:.2f}"
    draw.text(((left + right) / 2, middle), score, _BACKGROUND, font=font, anchor="mm")
    title, anchor, x = moment["title"], "lm", right + 10
    if x + draw.textlength(title, font=font) > _WIDTH - _RIGHT:
        anchor, x = "rm", left - 10
    draw.text((x, middle), title, _TEXT, font=font, anchor=anchor)


def _font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size=size)
