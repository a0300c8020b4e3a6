"""An S3 object as a file to seek in, read in whole blocks that are kept for a while."""

from __future__ import annotations

import io
from collections import OrderedDict
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from functions.adapters.aws import client, error_code, unavailable
from functions.domain.errors import MediaError
from functions.domain.video import Source

BLOCK = 1024 * 1024
KEPT_BLOCKS = 32


class S3RangeFile(io.RawIOBase):
    """Reads the pinned version of an object; `requests` and `bytes_read` count what it cost."""

    def __init__(self, bucket: str, source: Source) -> None:
        super().__init__()
        self._bucket, self._source = bucket, source
        self._at = 0
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
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
            piece = self._block(number)[offset : offset + wanted]
            if not piece:
                break
            pieces.append(piece)
            self._at += len(piece)
            wanted -= len(piece)
        return b"".join(pieces)

    def _block(self, number: int) -> bytes:
        if number in self._blocks:
            self._blocks.move_to_end(number)
            return self._blocks[number]
        block = self._blocks[number] = self._fetch(number)
        if len(self._blocks) > KEPT_BLOCKS:
            self._blocks.popitem(last=False)
        return block

    def _fetch(self, number: int) -> bytes:
        first = number * BLOCK
        last = min(first + BLOCK, self._source.size) - 1
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
