"""What an H.264 sequence parameter set says of its pictures. Source: ITU-T H.264 7.3.2.1.1."""

from __future__ import annotations

_CHROMA_FORMATS = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135}
_START, _AFTER_LEVEL = 1, 4


class Bits:
    """Bits from the front, of a unit without its emulation prevention bytes."""

    def __init__(self, unit: bytes) -> None:
        plain = unit.replace(b"\0\0\3", b"\0\0")
        self._bits = "".join(f"{byte:08b}" for byte in plain)
        self._at = 0

    def take(self, count: int) -> int:
        self._at += count
        return int(self._bits[self._at - count : self._at] or "0", 2)

    def golomb(self) -> int:
        """An unsigned Exp-Golomb number. Raises ValueError at the end."""
        end = self._bits.index("1", self._at)
        zeros = end - self._at
        self._at = end
        return self.take(zeros + 1) - 1

    def signed(self) -> int:
        number = self.golomb()
        return (number + 1) // 2 if number % 2 else -(number // 2)


def is_lossless_profile(unit: bytes) -> bool:
    """High 4:4:4 Predictive, the profile of pictures without loss."""
    return unit[_START : _START + 1] == bytes([244])


def may_interlace(unit: bytes) -> bool:
    """Whether pictures may be fields, or hold lines of two moments; a broken set may."""
    bits = Bits(unit[_AFTER_LEVEL:])
    try:
        bits.golomb()
        if unit[_START] in _CHROMA_FORMATS:
            _skip_chroma(bits)
        bits.golomb()
        _skip_order(bits)
        bits.golomb()
        bits.take(1)
        bits.golomb()
        bits.golomb()
    except (ValueError, IndexError):
        return True
    return bits.take(1) == 0


def _skip_chroma(bits: Bits) -> None:
    chroma = bits.golomb()
    if chroma == 3:
        bits.take(1)
    bits.golomb()
    bits.golomb()
    bits.take(1)
    if bits.take(1):
        for number in range(12 if chroma == 3 else 8):
            if bits.take(1):
                _skip_scaling(bits, 16 if number < 6 else 64)


def _skip_scaling(bits: Bits, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.signed()) % 256
        last = following or last


def _skip_order(bits: Bits) -> None:
    """Of the three ways to tell in which order pictures are shown."""
    way = bits.golomb()
    if way == 0:
        bits.golomb()
    elif way == 1:
        bits.take(1)
        bits.signed()
        bits.signed()
        for _ in range(bits.golomb()):
            bits.signed()
