"""Bytes that lie elsewhere, as a file to seek in, read in whole blocks that are kept for a while.

A request after a jump is small, since another jump may follow; whoever reads on is given more and
more at a time. What is known to be needed is asked for in large pieces, and no further.
"""

from __future__ import annotations

import io
from abc import abstractmethod
from collections import OrderedDict
from collections.abc import Sequence

BLOCK = 64 * 1024
KEPT_BLOCKS = 512
_FIRST_BLOCKS = 2
_MOST_BLOCKS = 64
_GROWTH = 2


class RangeFile(io.RawIOBase):
    """`requests` and `bytes_read` count what it cost; `needed` are places that will be read."""

    def __init__(self, size: int, needed: Sequence[range] = ()) -> None:
        super().__init__()
        self.size = size
        self._needed = [range(one.start // BLOCK, -(-one.stop // BLOCK)) for one in needed]
        self._at = 0
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        # Where most of it is known, little else is wanted.
        self._least = 1 if needed else _FIRST_BLOCKS
        self._next, self._ahead = -1, self._least
        self.requests = 0
        self.bytes_read = 0

    @abstractmethod
    def _fetch(self, first: int, last: int) -> bytes:
        """The bytes from `first` to `last`, both included."""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        left = self.size - self._at
        wanted = left if size is None or size < 0 else min(size, left)
        pieces = []
        while wanted > 0:
            number, offset = divmod(self._at, BLOCK)
            piece = self._block(number, offset + wanted)[offset : offset + wanted]
            if not piece:
                break
            pieces.append(piece)
            self._at += len(piece)
            wanted -= len(piece)
        return b"".join(pieces)

    def peek(self, place: int, size: int) -> bytes:
        """A few bytes, and no more than these unless they are there."""
        end = min(place + size, self.size)
        blocks = range(place // BLOCK, -(-end // BLOCK))
        if place >= end or all(block in self._blocks for block in blocks):
            at = self.tell()
            self.seek(place)
            data = self.read(max(end - place, 0))
            self.seek(at)
            return data
        self.requests += 1
        self.bytes_read += end - place
        return self._fetch(place, end - 1)

    def _block(self, number: int, wanted: int) -> bytes:
        """One block; `wanted` bytes from its start on are about to be read."""
        if number not in self._blocks:
            self._read_ahead(number, -(-wanted // BLOCK))
        self._blocks.move_to_end(number)
        return self._blocks[number]

    def _read_ahead(self, number: int, wanted: int) -> None:
        """From here to the next block that is there."""
        count = min(max(self._suited(number), wanted), _MOST_BLOCKS, KEPT_BLOCKS)
        most = range(number, number + count)
        self._next = next((one for one in most if one in self._blocks), most.stop)
        last = min(self._next * BLOCK, self.size) - 1
        body = self._fetch(number * BLOCK, last)
        self.requests += 1
        self.bytes_read += len(body)
        for at in range(0, len(body), BLOCK):
            self._blocks[number + at // BLOCK] = body[at : at + BLOCK]
        while len(self._blocks) > KEPT_BLOCKS:
            self._blocks.popitem(last=False)

    def _suited(self, number: int) -> int:
        """How many blocks to ask for from here on."""
        for needed in self._needed:
            if number in needed:
                self._ahead = self._least
                return needed.stop - number
        reads_on = number == self._next and all(number != one.stop for one in self._needed)
        self._ahead = min(self._ahead * _GROWTH, _MOST_BLOCKS) if reads_on else self._least
        return self._ahead
