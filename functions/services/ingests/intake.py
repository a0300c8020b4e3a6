"""Bytes of a source on their way into the parts of an upload.

Each part is noted on the video's row as it is stored, and only if nobody else has moved the row:
so a worker that is killed loses what was under way, and one that was overtaken stops.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from functions.domain.errors import MediaError, TooLargeError
from functions.domain.ingests.ingest import MAX_RESTARTS, Ingest, SourceVersion
from functions.domain.ingests.ports import SourceReader, SourceResolver, SourceStream
from functions.domain.media.ports import MediaStore
from functions.domain.media.sniffing import HEAD_BYTES, refuse_other_files
from functions.domain.ports import VideoStore
from functions.domain.tiers import LimitsByTier, SecondsByTier
from functions.domain.video import Upload, Video
from functions.services.ingests.multiparts import clear_multiparts
from functions.services.ingests.uploads import object_metadata, part_size

PARTS_AT_ONCE = 3
UNKNOWN_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestTools:
    """What fetching works with; `seconds` is how long a source may take in all, by tier."""

    videos: VideoStore
    media: MediaStore
    reader: SourceReader
    resolver: SourceResolver
    limits: LimitsByTier
    seconds: SecondsByTier
    clock: Callable[[], datetime]


class Intake:
    """Takes the chunks of one source after another connection of it."""

    def __init__(self, tools: IngestTools, video: Video, pool: Executor) -> None:
        self.video = video
        self.made = 0
        self._tools, self._pool = tools, pool
        self._under_way: deque[tuple[Future[str], int]] = deque()
        self._chunks: list[bytes] = []
        self._waiting = 0

    @property
    def ingest(self) -> Ingest:
        assert self.video.ingest is not None  # noqa: S101  (only such videos are fetched)
        return self.video.ingest

    @property
    def upload(self) -> Upload:
        assert self.video.upload is not None  # noqa: S101  (made with the row)
        return self.video.upload

    @property
    def received(self) -> int:
        """Bytes that need not be asked for again."""
        return self.ingest.received + sum(size for _, size in self._under_way) + self._waiting

    @property
    def next_byte(self) -> int:
        """Where to ask for the rest: at the start if it could be another file's."""
        version = self.ingest.version
        return self.received if version and version.validator else 0

    @property
    def has_all(self) -> bool:
        return self.received == self.ingest.total

    def meet(self, stream: SourceStream) -> Iterator[bytes]:
        """Its chunks, once it is known what they are. Raises MediaError or TooLargeError."""
        self._check_size(stream.version.total or 0)
        if stream.start == self.received and stream.start > 0:
            return stream.chunks
        head, chunks = _head(stream.chunks)
        refuse_other_files(b"".join(head)[:HEAD_BYTES], stream.content_type)
        self._begin(stream.version, stream.content_type)
        return chain(head, chunks)

    def add(self, chunk: bytes) -> None:
        size = self.upload.part_size or 0
        while chunk:
            room = size - self._waiting
            self._chunks.append(chunk[:room])
            self._waiting += len(self._chunks[-1])
            chunk = chunk[room:]
            if self._waiting == size:
                self._send()
        while self._under_way and self._under_way[0][0].done():
            self._note()
        self._check_size(self.received)

    def settle(self) -> None:
        """Wait for what is under way, and note it."""
        while self._under_way:
            self._note()

    def finish(self) -> None:
        """There is no more: the rest is the last part."""
        if self._waiting:
            self._send()
        self.settle()
        self._save(self.ingest.complete())

    def _begin(self, version: SourceVersion, content_type: str | None) -> None:
        """A new upload: parts of the old one are of no use beside its own."""
        self._forget()
        begun = self.ingest.begun(version)
        if begun.restarts > MAX_RESTARTS:
            raise MediaError(
                "ingest.interrupted",
                "The connection breaks off again and again, and the source cannot go on where it "
                "ended. Put the file on a server that takes ranges, or upload it.",
            )
        media, key = self._tools.media, self.upload.key
        kind = content_type if (content_type or "").startswith(("video/", "audio/")) else None
        metadata = object_metadata(self.video.file_name)
        upload_id = media.start_multipart(key, kind or UNKNOWN_TYPE, metadata)
        most = self._tools.limits[begun.tier].max_bytes
        place = Upload(
            key=key,
            expires_at=self.upload.expires_at,
            upload_id=upload_id,
            part_size=part_size(version.total or most),
        )
        self._save(begun, place)
        clear_multiparts(media, key, but=upload_id)

    def _forget(self) -> None:
        while self._under_way:
            self._under_way.popleft()[0].exception()
        self._chunks, self._waiting = [], 0

    def _send(self) -> None:
        if len(self._under_way) == PARTS_AT_ONCE:
            self._note()
        body, size = b"".join(self._chunks), self._waiting
        self._chunks, self._waiting = [], 0
        number = len(self.ingest.etags) + len(self._under_way) + 1
        assert self.upload.upload_id is not None  # noqa: S101  (begun before a byte is taken)
        put = self._tools.media.put_part
        future = self._pool.submit(put, self.upload.key, self.upload.upload_id, number, body)
        self._under_way.append((future, size))

    def _note(self) -> None:
        future, size = self._under_way[0]
        etag = future.result()
        self._under_way.popleft()
        self._save(self.ingest.stored(etag, size))
        self.made += 1

    def _save(self, ingest: Ingest, upload: Upload | None = None) -> None:
        """Raises StaleWriteError where the row was moved by somebody else."""
        changed = self.video.fetched(ingest, self._tools.clock(), upload)
        self.video = self._tools.videos.save(changed)

    def _check_size(self, size: int) -> None:
        most = self._tools.limits[self.ingest.tier].max_bytes
        if size > most:
            raise TooLargeError(
                "ingest.too_large",
                f"The file has more than the {most} bytes that your tier allows. Give a smaller "
                "file or move to a higher tier.",
            )


def _head(chunks: Iterator[bytes]) -> tuple[list[bytes], Iterator[bytes]]:
    """The first chunks, enough to tell what it is, and the rest."""
    head: list[bytes] = []
    for chunk in chunks:
        head.append(chunk)
        if sum(map(len, head)) >= HEAD_BYTES:
            break
    return head, chunks
