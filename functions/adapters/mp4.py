"""MP4 files whose index comes first, so that a player can start before all of it has come.

ffmpeg writes the index (`moov`) last, and would move it by writing the whole file again. Here the
file is read in the other order instead, with the index's offsets moved by its own length: nothing
is written twice. Source: ISO/IEC 14496-12, boxes stco and co64.
"""

from __future__ import annotations

import io
import struct
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

_INSIDE = (b"moov", b"trak", b"mdia", b"minf", b"stbl")
_MAX_INDEX = 64 * 1024 * 1024
_UINT32 = 1 << 32


class Box(NamedTuple):
    kind: bytes
    start: int
    size: int


class Joined(io.RawIOBase):
    """Bytes first, then ranges of a file, read once from front to back."""

    def __init__(self, head: bytes, file: BinaryIO, ranges: list[tuple[int, int]]) -> None:
        super().__init__()
        self._head = io.BytesIO(head)
        self._file, self._ranges = file, ranges

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        wanted = size if size is not None and size >= 0 else 1 << 62
        pieces = [self._head.read(wanted)]
        wanted -= len(pieces[0])
        while wanted > 0 and self._ranges:
            start, end = self._ranges[0]
            self._file.seek(start)
            piece = self._file.read(min(wanted, end - start))
            pieces.append(piece)
            wanted -= len(piece)
            if not piece or start + len(piece) == end:
                self._ranges.pop(0)
            else:
                self._ranges[0] = (start + len(piece), end)
        return b"".join(pieces)

    def close(self) -> None:
        self._file.close()
        super().close()


def open_index_first(path: Path) -> BinaryIO | Joined:
    """A file to read from: as it is, unless it is an MP4 with its index behind its data."""
    file = path.open("rb")
    boxes = list(_boxes(file, 0, path.stat().st_size))
    kinds = [box.kind for box in boxes]
    file.seek(0)
    if kinds[:1] != [b"ftyp"] or kinds[-1:] != [b"moov"] or boxes[-1].size > _MAX_INDEX:
        return file
    first, index = boxes[0], boxes[-1]
    file.seek(index.start)
    moved = _moved(file.read(index.size))
    file.seek(0)
    if moved is None:
        return file
    head = file.read(first.size) + moved
    return Joined(head, file, [(first.size, index.start)])


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[Box]:
    """The boxes of one level; ends early where the bytes make no box."""
    while start + 8 <= end:
        file.seek(start)
        size, kind = struct.unpack(">I4s", file.read(8))
        if size == 1:
            (size,) = struct.unpack(">Q", file.read(8))
        if size < 8 or start + size > end:
            return
        yield Box(kind, start, size)
        start += size


def _moved(index: bytes) -> bytes | None:
    """The index with all offsets raised by its own length; None where one would not fit."""
    moved = bytearray(index)
    for box in _offset_tables(io.BytesIO(index), 0, len(index)):
        wide = box.kind == b"co64"
        at = box.start + 16
        (count,) = struct.unpack_from(">I", index, box.start + 12)
        table = array("Q" if wide else "I", index[at : at + count * (8 if wide else 4)])
        table.byteswap()
        if not wide and max(table, default=0) + len(index) >= _UINT32:
            return None
        raised = array(table.typecode, (offset + len(index) for offset in table))
        raised.byteswap()
        moved[at : at + count * raised.itemsize] = raised.tobytes()
    return bytes(moved)


def _offset_tables(file: BinaryIO, start: int, end: int) -> Iterator[Box]:
    for box in _boxes(file, start, end):
        if box.kind in _INSIDE:
            yield from _offset_tables(file, box.start + 8, box.start + box.size)
        elif box.kind in {b"stco", b"co64"}:
            yield box
