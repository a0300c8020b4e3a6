"""A video's sound as numbers for a player and as a picture."""

from __future__ import annotations

import struct
import zlib
from typing import Any, Final

from functions.domain.analyses.analysis import STEP

SAMPLE_RATE: Final = 16_000
MAX_POINTS: Final = 18_000
WIDTH, HEIGHT = 1_800, 280
_MIDDLE: Final = 128
_COLOUR: Final = b"\x25\x63\xeb"
_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"


def peaks_document(lows: bytes, highs: bytes) -> dict[str, Any]:
    """As audiowaveform writes it: pairs of lowest and highest sample, -128 to 127, of any channel.

    `lows` and `highs` hold one byte a STEP, plus 128. As many steps make a point as keep the
    document small.
    """
    per_point = max(1, -(-len(lows) // MAX_POINTS))
    data: list[int] = []
    for first in range(0, len(lows), per_point):
        data.append(min(lows[first : first + per_point]) - _MIDDLE)
        data.append(max(highs[first : first + per_point]) - _MIDDLE)
    return {
        "version": 2,
        "channels": 1,
        "sample_rate": SAMPLE_RATE,
        "samples_per_pixel": SAMPLE_RATE * STEP * per_point // 1000,
        "bits": 8,
        "length": len(data) // 2,
        "data": data,
    }


def waveform_png(lows: bytes, highs: bytes) -> bytes:
    """WIDTH x HEIGHT pixels in one colour on nothing; silence is a line."""
    spans = [_span(lows, highs, column) for column in range(WIDTH)]
    rows = b"".join(
        b"\0" + bytes(top <= row <= bottom for top, bottom in spans) for row in range(HEIGHT)
    )
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 3, 0, 0, 0)
    return b"".join(
        (
            _SIGNATURE,
            _chunk(b"IHDR", head),
            _chunk(b"PLTE", b"\xff\xff\xff" + _COLOUR),
            _chunk(b"tRNS", b"\x00\xff"),
            _chunk(b"IDAT", zlib.compress(rows, 9)),
            _chunk(b"IEND", b""),
        )
    )


def _span(lows: bytes, highs: bytes, column: int) -> tuple[int, int]:
    """The rows that are drawn in a column, both included."""
    first = column * len(lows) // WIDTH
    last = max(first + 1, (column + 1) * len(lows) // WIDTH)
    low = min(lows[first:last], default=_MIDDLE)
    high = max(highs[first:last], default=_MIDDLE)
    return (255 - max(high, _MIDDLE)) * HEIGHT // 256, (256 - min(low, _MIDDLE)) * HEIGHT // 256


def _chunk(name: bytes, body: bytes) -> bytes:
    checked = name + body
    return struct.pack(">I", len(body)) + checked + struct.pack(">I", zlib.crc32(checked))
