"""MPEG-TS as rows of packets: what a stream with a gap in it needs to be read as if it had none.

Source: ISO/IEC 13818-1, transport packets and PES headers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

PACKET = 188
_SYNC = 0x47
_PICTURES = range(0xE0, 0xF0)


class Packet(NamedTuple):
    """`opens` says that something begins in it, `stream` the id of the stream if that is one's."""

    data: bytes
    pid: int
    opens: bool
    stream: int | None


def is_whole(data: bytes) -> bool:
    """Whether these are packets of the plain size, from the first byte to the last."""
    return len(data) > 0 and _sound_until(data) == len(data)


def opens_picture(data: bytes) -> bool:
    """Whether the first of these packets is a picture's first."""
    return is_whole(data) and _packet(data[:PACKET]).stream in _PICTURES


def head_of(data: bytes) -> bytes:
    """What tells of the streams, and those pictures that are whole; sound that breaks off would
    be no sound."""
    rows = list(_packets(data))
    streams = {row.pid: row.stream for row in rows if row.stream is not None}
    kept = list[bytes]()
    whole = {pid: _last_opening(rows, pid) for pid, kind in streams.items() if kind in _PICTURES}
    opened = set[int]()
    for at, row in enumerate(rows):
        opened |= {row.pid} if row.opens else set()
        if row.pid not in streams or (row.pid in opened and at < whole.get(row.pid, 0)):
            kept.append(row.data)
    return b"".join(kept)


def entered(data: bytes) -> bytes:
    """Each stream from where something begins in it; as it is from where packets are damaged."""
    opened = set[int]()
    kept = list[bytes]()
    end = _sound_until(data)
    for row in _packets(data[:end]):
        opened |= {row.pid} if row.opens else set()
        if row.pid in opened:
            kept.append(row.data)
    return b"".join([*kept, data[end:]])


def _sound_until(data: bytes) -> int:
    """Where packets end that are as they should be."""
    marks = data[: len(data) // PACKET * PACKET : PACKET]
    whole = len(marks) - len(marks.lstrip(bytes([_SYNC])))
    return whole * PACKET


def _last_opening(rows: list[Packet], pid: int) -> int:
    return max(at for at, row in enumerate(rows) if row.pid == pid and row.opens)


def _packets(data: bytes) -> Iterator[Packet]:
    for at in range(0, len(data) - PACKET + 1, PACKET):
        yield _packet(data[at : at + PACKET])


def _packet(data: bytes) -> Packet:
    pid, opens = (data[1] & 0x1F) << 8 | data[2], bool(data[1] & 0x40)
    start = 4 + (1 + data[4] if data[3] & 0x20 else 0)
    named = opens and data[3] & 0x10 and data[start : start + 3] == b"\0\0\1"
    return Packet(data, pid, opens, data[start + 3] if named and start + 3 < PACKET else None)
