"""Captions: what is said when, out of SubRip or WebVTT text.

Source: the SubRip of players at large (numbers are not needed, a comma or a point before the
milliseconds), and WebVTT (W3C) without its regions, styles and places, which a burned picture
has no use for.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from functions.domain.errors import FieldError, InvalidInputError
from functions.domain.times import Milliseconds

MAX_TEXT: Final = 60_000
MAX_CUES: Final = 2_000
MAX_CUE_LINES: Final = 6
MAX_ERRORS: Final = 20
_TIME: Final = r"(?:(\d{1,3}):)?([0-5]?\d):([0-5]?\d)[.,](\d{3})"
_TIMES: Final = re.compile(rf"\s*{_TIME}\s*-->\s*{_TIME}(?:\s+.*)?")
_MARKUP: Final = re.compile(r"<[^<>\n]*>|\{\\[^{}\n]*\}")
_UNPRINTED: Final = {"Cc", "Cs"}
_NO_CUES: Final = ("NOTE", "STYLE", "REGION", "WEBVTT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cue:
    """Lines that are shown from `start` to before `end`, on the video's clock."""

    start: Milliseconds
    end: Milliseconds
    text: str


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines without a blank one between them; `number` is the first one's, from 1."""

    number: int
    lines: list[str]


def parse_captions(text: str) -> tuple[Cue, ...]:
    """In the order of their starts. Raises InvalidInputError naming the lines that are wrong."""
    cues: list[Cue] = []
    wrong: list[str] = []
    for block in _blocks(text):
        found = _cue(block)
        if isinstance(found, Cue):
            cues.append(found)
        elif found:
            wrong.append(found)
    if not wrong and not any(cue.text for cue in cues):
        wrong = ["Line 1: no captions are there; SubRip or WebVTT is wanted."]
    if len(text) > MAX_TEXT or len(cues) > MAX_CUES:
        wrong = [f"At most {MAX_TEXT} characters and {MAX_CUES} captions."]
    if wrong:
        fields = tuple(FieldError("/captions", "invalid", one) for one in wrong[:MAX_ERRORS])
        raise InvalidInputError("captions.refused", "The captions cannot be read.", fields=fields)
    return tuple(sorted((cue for cue in cues if cue.text), key=lambda cue: (cue.start, cue.end)))


def _blocks(text: str) -> Iterator[_Block]:
    lines: list[str] = []
    rows = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, line in enumerate([*rows, ""], 1):
        if line.strip():
            lines.append(line)
        elif lines:
            yield _Block(number - len(lines), lines)
            lines = []


def _cue(block: _Block) -> Cue | str | None:
    """A cue; what is wrong; or nothing, of a comment."""
    head = block.lines[0].split()[0]
    at = next((at for at, line in enumerate(block.lines[:2]) if "-->" in line), None)
    if at is None:
        if head in _NO_CUES:
            return None
        return f"Line {block.number}: no line with times, such as 00:01:02,500 --> 00:01:04,000."
    number = block.number + at
    match = _TIMES.fullmatch(block.lines[at])
    if match is None:
        return f"Line {number}: times are told as 00:01:02,500 --> 00:01:04,000."
    start, end = _milliseconds(match.groups()[:4]), _milliseconds(match.groups()[4:])
    if end <= start:
        return f"Line {number}: a caption ends after its start."
    if len(block.lines) - at - 1 > MAX_CUE_LINES:
        return f"Line {number}: at most {MAX_CUE_LINES} lines of text, then a blank one."
    return Cue(start=start, end=end, text=_plain(block.lines[at + 1 :]))


def _milliseconds(parts: tuple[str | None, ...]) -> Milliseconds:
    hours, minutes, seconds, rest = (int(part or 0) for part in parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1_000 + rest


def _plain(lines: list[str]) -> str:
    """Without tags, and with the characters that entities stand for."""
    bare = (_printable(html.unescape(_MARKUP.sub("", line))).strip() for line in lines)
    return "\n".join(line for line in bare if line)


def _printable(line: str) -> str:
    return "".join(" " if unicodedata.category(char) in _UNPRINTED else char for char in line)
