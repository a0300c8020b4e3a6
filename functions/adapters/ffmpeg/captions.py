"""Captions drawn into the picture by libass, in a font that comes with the ffmpeg layer.

A function has neither fonts nor a configuration of them: both are named here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.resources import files
from pathlib import Path

from functions.domain.captions.cue import Cue
from functions.domain.cutting.exactness import EncodeTarget
from functions.domain.cutting.plan import Plan, PlannedSegment
from functions.domain.times import Milliseconds

FONT = "Noto Sans"
FONT_PACKAGE = "fontpkg_noto_sans"
_LINES = 1_000
"""The document's own height; libass scales it to the picture's."""
_SIZE = 0.058
_OUTLINE = 0.07
# Upright pictures are shown under the buttons and texts of phone apps.
_UPRIGHT_MARGIN, _MARGIN, _SIDE = 0.2, 0.06, 0.07
_HEAD = """[Script Info]
ScriptType: v4.00+
PlayResX: {width}
PlayResY: {height}
WrapStyle: 0
ScaledBorderAndShadow: yes
YCbCr Matrix: None

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, \
Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, \
Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,{font},{size},&H00FFFFFF,&H00FFFFFF,&H00000000,&H80000000,\
1,0,0,0,100,100,0,0,1,{outline},{shadow},2,{side},{side},{bottom},1

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""
_FONTS = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><dir>{folder}</dir><cachedir>{cache}</cachedir></fontconfig>
"""


def font_folder() -> Path:
    return Path(str(files(FONT_PACKAGE) / "files"))


def captions_filter(
    plan: Plan, segment: PlannedSegment, cues: Iterable[Cue], folder: Path
) -> str | None:
    """Write what is to be drawn into a segment to `folder`; the filter that draws it, if any."""
    mine = [cue for cue in cues if cue.start < segment.end and cue.end > segment.start]
    if not mine:
        return None
    name = f"{segment.number:06d}.ass"
    text = ass_document(_shape(plan), mine, segment.start)
    (folder / name).write_text(text, encoding="utf-8")
    return f"ass=filename={name}:fontsdir={_escaped(str(font_folder()))}"


def font_settings(folder: Path) -> dict[str, str]:
    """Of ffmpeg's environment: a configuration, or it complains of there being none."""
    path = folder / "fonts.conf"
    path.write_text(_FONTS.format(folder=font_folder(), cache=folder), encoding="utf-8")
    return {"FONTCONFIG_FILE": str(path)}


def ass_document(shape: float, cues: Iterable[Cue], start: Milliseconds) -> str:
    """An Advanced SubStation document on the clock of a segment that begins at `start`."""
    width, height = round(_LINES * shape), _LINES
    size = round(min(width, height) * _SIZE)
    head = _HEAD.format(
        width=width,
        height=height,
        font=FONT,
        size=size,
        outline=f"{size * _OUTLINE:.1f}",
        shadow=f"{size * _OUTLINE / 3:.1f}",
        side=round(width * _SIDE),
        bottom=round(height * (_UPRIGHT_MARGIN if shape < 0.7 else _MARGIN)),
    )
    lines = (
        f"Dialogue: 0,{_time(cue.start - start)},{_time(cue.end - start)},Default,,0,0,0,,"
        f"{_text(cue.text)}\n"
        for cue in cues
    )
    return head + "".join(lines)


def _shape(plan: Plan) -> float:
    """Width to height of what comes out, in pixels that are square."""
    target = plan.target or EncodeTarget()
    if target.shape:
        across, down = target.shape.value.split(":")
        return int(across) / int(down)
    if plan.picture is None:
        return 16 / 9
    wide, high = (int(part) for part in (plan.picture.pixel_aspect or "1:1").split(":"))
    return plan.picture.width * wide / (plan.picture.height * high)


def _time(at: Milliseconds) -> str:
    """To a hundredth of a second; what began before the segment begins with it."""
    hundredths = max(0, round(at / 10))
    minutes, rest = divmod(hundredths, 6_000)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest // 100:02d}.{rest % 100:02d}"


def _text(plain: str) -> str:
    """Braces and backslashes would be orders: a word joiner takes a backslash its meaning."""
    safe = plain.replace("\\", "\\\u2060").replace("{", "\\{").replace("}", "\\}")
    return safe.replace("\n", "\\N")


def _escaped(path: str) -> str:
    """For an option in a chain of filters, which is read twice."""
    once = re.sub(r"([\\':])", r"\\\1", path)
    return re.sub(r"([\\'\[\],;])", r"\\\1", once)
