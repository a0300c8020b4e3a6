"""An S3 object as a file to seek in, read in whole blocks that are kept for a while.

A request after a jump is small, since another jump may follow; whoever reads on is given more and
more at a time.
"""

from __future__ import annotations

import io
from collections import OrderedDict
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.adapters.aws import client, error_code, unavailable
from functions.domain.errors import MediaError
from functions.domain.video import Source

BLOCK = 64 * 1024
KEPT_BLOCKS = 512
_FIRST_BLOCKS = 2
_MOST_BLOCKS = 64
_GROWTH = 2


class S3RangeFile(io.RawIOBase):
    """Reads the pinned version of an object; `requests` and `bytes_read` count what it cost."""

    def __init__(self, bucket: str, source: Source) -> None:
        super().__init__()
        self._bucket, self._source = bucket, source
        self._at = 0
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._next, self._ahead = -1, _FIRST_BLOCKS
        self.requests = 0
        self.bytes_read = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._source.size}[whence]
        self._at = max(0, base + offset)
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        left = self._source.size - self._at
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

    def _block(self, number: int, wanted: int) -> bytes:
        """One block; `wanted` bytes from its start on are about to be read."""
        if number not in self._blocks:
            self._read_ahead(number, -(-wanted // BLOCK))
        self._blocks.move_to_end(number)
        return self._blocks[number]

    def _read_ahead(self, number: int, wanted: int) -> None:
        """From here to the next block that is there."""
        reads_on = number == self._next
        self._ahead = min(self._ahead * _GROWTH, _MOST_BLOCKS) if reads_on else _FIRST_BLOCKS
        count = min(max(self._ahead, wanted), _MOST_BLOCKS, KEPT_BLOCKS)
        most = range(number, number + count)
        self._next = next((one for one in most if one in self._blocks), most.stop)
        body = self._fetch(number * BLOCK, (self._next - number) * BLOCK)
        for at in range(0, len(body), BLOCK):
            self._blocks[number + at // BLOCK] = body[at : at + BLOCK]
        while len(self._blocks) > KEPT_BLOCKS:
            self._blocks.popitem(last=False)

    def _fetch(self, first: int, length: int) -> bytes:
        last = min(first + length, self._source.size) - 1
        pinned: dict[str, Any] = (
            {"VersionId": self._source.version_id}
            if self._source.version_id
            else {"IfMatch": self._source.etag}
        )
        try:
            answer = client("s3").get_object(
                Bucket=self._bucket, Key=self._source.key, Range=f"bytes={first}-{last}", **pinned
            )
            body: bytes = answer["Body"].read()
        except (ClientError, BotoCoreError) as error:
            gone = {"NoSuchKey", "NoSuchVersion", "PreconditionFailed", "404", "412"}
            if isinstance(error, ClientError) and error_code(error) in gone:
                raise MediaError(
                    "source.missing", "The uploaded file is gone or was replaced; upload it again."
                ) from error
            raise unavailable("The media bucket", error) from error
        self.requests += 1
        self.bytes_read += len(body)
        return body
