"""A sheet of labelled thumbnails, to see all segments of a video at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

_THUMBNAIL = (320, 180)  # pixels, width and height
_GAP = 16
_LABEL_HEIGHT = 30
_FONT_SIZE = 16
_BACKGROUND = (18, 20, 24)
_BEHIND = (0, 0, 0)  # the bars beside a picture of another shape
_TEXT = (222, 226, 230)


def make_contact_sheet(
    pictures: Sequence[tuple[str, Path]], target: Path, columns: int = 4
) -> Path:
    """Write a PNG of `pictures`, each a label and a file, row by row; whole pictures, never cut.

    The sheet is no wider than its pictures need. Labels are best in ASCII: the typeface has little
    more. Raises ValueError without any picture or column.
    """
    if not pictures or columns < 1:
        raise ValueError("A contact sheet needs a picture and a column.")
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    across, down = _THUMBNAIL[0] + _GAP, _THUMBNAIL[1] + _LABEL_HEIGHT + _GAP
    sheet = Image.new("RGB", (columns * across + _GAP, rows * down + _GAP), _BACKGROUND)
    for number, (label, path) in enumerate(pictures):
        row, column = divmod(number, columns)
        _place(sheet, (_GAP + column * across, _GAP + row * down), label, path)
    target.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(target, "PNG")
    return target


def _place(sheet: Image.Image, corner: tuple[int, int], label: str, path: Path) -> None:
    """Draw one picture and its label; `corner` is the thumbnail's upper left, in pixels."""
    x, y = corner
    width, height = _THUMBNAIL
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((x, y, x + width - 1, y + height - 1), fill=_BEHIND)
    with Image.open(path) as opened:
        small = _fit(opened.convert("RGB"))
    sheet.paste(small, (x + (width - small.width) // 2, y + (height - small.height) // 2))
    font = ImageFont.load_default(size=_FONT_SIZE)
    middle = (x + width / 2, y + height + _LABEL_HEIGHT / 2)
    draw.text(middle, _shorten(label, draw, font), fill=_TEXT, font=font, anchor="mm")


def _fit(picture: Image.Image) -> Image.Image:
    """The picture as large as the thumbnail allows; at least one pixel each way."""
    scale = min(_THUMBNAIL[0] / picture.width, _THUMBNAIL[1] / picture.height)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _shorten(
    label: str, draw: ImageDraw.ImageDraw, font: ImageFont.FreeTypeFont | ImageFont.ImageFont
) -> str:
    """The label, or as much of its beginning as fits under a thumbnail, with dots."""
    if draw.textlength(label, font=font) <= _THUMBNAIL[0]:
        return label
    while label and draw.textlength(f"{label}...", font=font) > _THUMBNAIL[0]:
        label = label[:-1]
    return f"{label.rstrip()}..."
