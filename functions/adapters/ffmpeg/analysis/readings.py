"""What the filters write down: a head line for each picture or block of sound, then its values."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path

from functions.domain.analyses.scene_packets import Packet
from functions.domain.analyses.scene_scores import Picture
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


def coded(everything: Path, references: Path, offset: Milliseconds) -> list[Packet]:
    """Packets in the order they are decoded in, on the video's clock; `references` lists those that
    others are decoded from."""
    needed = {decoded for decoded, _, _, _ in _packets(references)}
    return [
        Packet(
            at=int(shown) + offset,
            decoded=float(decoded) + offset,
            size=size,
            key=key,
            reference=decoded in needed,
        )
        for decoded, shown, size, key in _packets(everything)
    ]


def _packets(path: Path) -> Iterator[tuple[Fraction, Fraction, int, bool]]:
    """The lines of the framecrc muxer, `stream, dts, pts, duration, size, checksum[, F=flags]`:
    milliseconds, bytes, whether it is a keyframe."""
    tick = Fraction(1)
    with path.open(errors="replace") as lines:
        for line in lines:
            if line.startswith("#tb"):
                tick = Fraction(line.partition(": ")[2].strip()) * 1000
            elif not line.startswith("#"):
                words = [word.strip() for word in line.split(",")]
                flags = next((int(word[2:], 16) for word in words if word.startswith("F=")), 1)
                yield int(words[1]) * tick, int(words[2]) * tick, int(words[4]), bool(flags & 1)


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
