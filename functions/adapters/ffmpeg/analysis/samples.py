"""Samples to one byte a step each: how loud the loudest is, the lowest and the highest."""

from __future__ import annotations

import base64
import math
import struct
import sys
from array import array

from functions.domain.analyses.analysis import STEP
from functions.domain.analyses.waveform import SAMPLE_RATE

_FULL = 32_768
_PER_STEP = SAMPLE_RATE * STEP // 1000
# Half decibels below full scale, for each possible distance from zero.
_LEVELS = bytes(
    [255, *(min(255, round(-40 * math.log10(value / _FULL))) for value in range(1, _FULL + 1))]
)
_HEAD = struct.Struct(">4s5I")


class Peaks:
    """Takes an AU file of 16-bit samples as it comes: how many channels there are is known only
    once they are decoded."""

    def __init__(self) -> None:
        self._rest = b""
        self._wide = 0
        self._levels, self._lows, self._highs = bytearray(), bytearray(), bytearray()

    def take(self, piece: bytes) -> None:
        self._rest += piece
        if self._begun():
            whole = len(self._rest) // (2 * self._wide) * 2 * self._wide
            piece, self._rest = self._rest[:whole], self._rest[whole:]
            self._count(piece)

    def end(self) -> None:
        """The last step may be short."""
        if self._begun():
            self._count(self._rest[: len(self._rest) // 2 * 2])
        self._rest = b""

    def text(self, first: int, last: int) -> tuple[str, str, str]:
        """Levels, lows and highs of the steps from `first` to before `last`, in Base64."""
        levels, lows, highs = (
            base64.b64encode(row[first:last]).decode()
            for row in (self._levels, self._lows, self._highs)
        )
        return levels, lows, highs

    def _begun(self) -> bool:
        """Whether the head is read: magic, its size, that of the data, encoding, rate, channels."""
        if self._wide:
            return True
        if len(self._rest) < _HEAD.size:
            return False
        _, size, _, _, _, channels = _HEAD.unpack(self._rest[: _HEAD.size])
        if len(self._rest) < size:
            return False
        self._rest = self._rest[size:]
        self._wide = _PER_STEP * channels
        return True

    def _count(self, whole: bytes) -> None:
        samples = array("h", whole)
        if sys.byteorder == "little":
            samples.byteswap()
        for first in range(0, len(samples), self._wide):
            step = samples[first : first + self._wide]
            low, high = min(step), max(step)
            self._levels.append(_LEVELS[max(-low, high, 0)])
            self._lows.append(128 + int(low / 256))
            self._highs.append(128 + int(high / 256))
