"""Web servers that users give URLs of, played by one on loopback: good, slow and broken ones.

`python -m infra.local.simulators.sources FOLDER --port PORT` serves a folder's files until it is
stopped; a file's manners can be chosen by its owner only in a program (`serving`).
"""

from __future__ import annotations

import argparse
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from infra.local.ports import HOST

CHUNK = 64 * 1024
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


@dataclass(kw_only=True)
class Source:
    """What lies at one path, and how it is served.

    `ranges` and `length` False: as a server that knows none of them; `rate` in bytes a second;
    `breaks_after`: the connection is lost after so many bytes, of one answer after another;
    `validators`: which of `etag` and `modified` are told; `redirect`: where it is instead.
    """

    path: Path | None = None
    content_type: str = "video/mp4"
    status: int = 200
    ranges: bool = True
    length: bool = True
    rate: float | None = None
    breaks_after: list[int] = field(default_factory=list)
    validators: tuple[str, ...] = ("etag", "modified")
    redirect: str | None = None

    @property
    def etag(self) -> str:
        """Of the whole content, as one may be that cannot change unnoticed."""
        assert self.path is not None  # noqa: S101  (redirects have none)
        told = self.path.stat()
        return f'"{sha256(f"{told.st_size} {told.st_mtime_ns}".encode()).hexdigest()[:32]}"'

    @property
    def modified(self) -> str:
        assert self.path is not None  # noqa: S101
        return formatdate(self.path.stat().st_mtime, usegmt=True)


@dataclass(frozen=True, slots=True)
class Served:
    """One answer: the status, the first byte, and how many were sent."""

    status: int
    start: int
    sent: int


class Sources:
    """A running server. `base` is its address."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.answers: dict[str, list[Served]] = {}
        self._sources: dict[str, Source] = {}
        self._lock = threading.Lock()

    def put(self, name: str, source: Source) -> str:
        """Serve it at a path; returns its URL."""
        self._sources[f"/{name}"] = source
        return f"{self.base}/{quote(name)}"

    def served(self, name: str) -> list[Served]:
        """All answers so far, those that go on left out."""
        with self._lock:
            return list(self.answers.get(f"/{name}", []))

    def find(self, path: str) -> Source | None:
        return self._sources.get(path)

    def note(self, path: str, answer: Served) -> None:
        with self._lock:
            self.answers.setdefault(path, []).append(answer)


@contextmanager
def serving(port: int = 0) -> Iterator[Sources]:
    """Serve on loopback until the block ends."""

    class Handler(_Handler):
        pass

    server = _Server((HOST, port), Handler)
    Handler.sources = Sources(f"http://{HOST}:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield Handler.sources
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A connection that a client keeps open must not keep the program.
    block_on_close = False


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    sources: Sources

    def log_message(self, *_: object) -> None:
        return

    def do_GET(self) -> None:
        self.close_connection = True
        path = unquote(urlsplit(self.path).path)
        source = self.sources.find(path)
        if source is None:
            self.send_error(404)
        elif source.redirect is not None:
            self.send_response(302)
            self.send_header("Location", source.redirect)
            self.send_header("Content-Length", "0")
            self.end_headers()
            self.sources.note(path, Served(302, 0, 0))
        else:
            self._serve(path, source)

    def _serve(self, path: str, source: Source) -> None:
        assert source.path is not None  # noqa: S101  (only redirects have none)
        size = source.path.stat().st_size
        start, end, status = self._asked(source, size)
        limit = source.breaks_after.pop(0) if source.breaks_after else None
        if start >= size > 0:
            status, end = 416, start
        self._head(source, status, (start, end, size))
        sent = 0
        try:
            sent = self._pour(source, start, end, limit)
        except OSError:
            return
        finally:
            self.sources.note(path, Served(status, start, sent))

    def _asked(self, source: Source, size: int) -> tuple[int, int, int]:
        """First byte, end, status: all of it where the range is not to be heeded."""
        found = _RANGE.fullmatch(self.headers.get("Range", ""))
        condition = self.headers.get("If-Range")
        same = condition is None or condition in {source.etag, source.modified}
        if not found or not source.ranges or not same:
            return 0, size, source.status
        return int(found[1]), int(found[2] or size - 1) + 1, 206

    def _head(self, source: Source, status: int, place: tuple[int, int, int]) -> None:
        start, end, size = place
        self.send_response(status)
        self.send_header("Content-Type", source.content_type)
        if source.ranges:
            self.send_header("Accept-Ranges", "bytes")
        for name in source.validators:
            header = {"etag": "ETag", "modified": "Last-Modified"}[name]
            self.send_header(header, getattr(source, name))
        if status == 206:
            self.send_header("Content-Range", f"bytes {start}-{end - 1}/{size}")
        if status == 416:
            self.send_header("Content-Range", f"bytes */{size}")
        if source.length:
            self.send_header("Content-Length", str(end - start))
        else:
            self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _pour(self, source: Source, at: int, end: int, limit: int | None) -> int:
        assert source.path is not None  # noqa: S101
        sent, began = 0, time.monotonic()
        with source.path.open("rb") as file:
            file.seek(at)
            while at + sent < end:
                room = CHUNK if limit is None else min(CHUNK, limit - sent)
                piece = file.read(min(room, end - at - sent))
                if not piece:
                    return sent
                self._write(piece, chunked=not source.length)
                sent += len(piece)
                if source.rate:
                    time.sleep(max(0.0, began + sent / source.rate - time.monotonic()))
        if not source.length:
            self.wfile.write(b"0\r\n\r\n")
        return sent

    def _write(self, piece: bytes, *, chunked: bool) -> None:
        if chunked:
            piece = f"{len(piece):x}\r\n".encode() + piece + b"\r\n"
        self.wfile.write(piece)


def main() -> None:
    parser = argparse.ArgumentParser(prog="infra.local.simulators.sources")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--port", type=int, default=0)
    arguments = parser.parse_args()
    with serving(arguments.port) as sources:
        for path in sorted(arguments.folder.iterdir()):
            if path.is_file():
                print(sources.put(path.name, Source(path=path)))
        threading.Event().wait()


if __name__ == "__main__":
    main()
