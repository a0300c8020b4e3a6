"""What the filters write down: a head line for each picture or block of sound, then its values."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from functions.domain.scene_scores import Picture
from functions.domain.times import Milliseconds

_CHANGE, _BLACK = "lavfi.scd.mafd", "lavfi.blackframe.pblack"
_LOUDNESS, _PEAK = "lavfi.r128.M", "lavfi.r128.sample_peak"
_SILENCE = -12_000
Block = tuple[float, Mapping[str, str]]


def pictures(path: Path, offset: Milliseconds) -> list[Picture]:
    """Pictures on the video's clock; `offset` is where reading began."""
    return [
        Picture(
            at=int(time * 1000) + offset,
            change=float(values.get(_CHANGE, 0)),
            black=int(float(values.get(_BLACK, 0))),
        )
        for time, values in _blocks(path)
    ]


@dataclass(frozen=True, slots=True)
class Coded:
    """One packet of the picture: when it is shown, its bytes, and whether decoding can begin."""

    at: Milliseconds
    size: int
    key: bool


def coded(path: Path, offset: Milliseconds) -> list[Coded]:
    """Packets in the order they are decoded in, on the video's clock: the lines of the framecrc
    muxer, `stream, dts, pts, duration, size, checksum[, F=flags]`."""
    tick, found = Fraction(1), list[Coded]()
    with path.open(errors="replace") as lines:
        for line in lines:
            if line.startswith("#tb"):
                tick = Fraction(line.partition(": ")[2].strip())
            elif not line.startswith("#"):
                words = [word.strip() for word in line.split(",")]
                flags = next((int(word[2:], 16) for word in words if word.startswith("F=")), 1)
                at = int(int(words[2]) * tick * 1000) + offset
                found.append(Coded(at=at, size=int(words[4]), key=bool(flags & 1)))
    return found


def loudness(path: Path, first: Milliseconds, last: Milliseconds) -> tuple[list[int], float]:
    """Momentary loudness from `first` to before `last` of what was read, and the highest sample
    (1 is full scale) so far."""
    momentary: list[int] = []
    peak = 0.0
    for time, values in _blocks(path):
        if first <= time * 1000 + 0.5 < last:
            momentary.append(_hundredths(float(values.get(_LOUDNESS, "nan"))))
        if time * 1000 < last:
            peak = float(values.get(_PEAK, 0))
    return momentary, peak


def _hundredths(loudness: float) -> int:
    """Digital silence may be told as no number at all."""
    return round(loudness * 100) if math.isfinite(loudness) else _SILENCE


def _blocks(path: Path) -> Iterator[Block]:
    """A file that was never begun holds nothing."""
    if not path.exists():
        return
    time: float | None = None
    values: dict[str, str] = {}
    with path.open(errors="replace") as lines:
        for line in lines:
            if line.startswith("frame:"):
                if time is not None:
                    yield time, values
                time, values = _time(line), {}
            else:
                name, _, value = line.strip().partition("=")
                values[name] = value
    if time is not None:
        yield time, values


def _time(line: str) -> float | None:
    text = line.rpartition("pts_time:")[2].strip()
    return None if text.startswith("N") else float(text)
