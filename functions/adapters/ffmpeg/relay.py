"""A source as ffmpeg reads it where few of its bytes are wanted: by way of this process.

By itself ffmpeg asks for all from where it is to the source's end, and what has come when it goes
elsewhere is lost, each time. Here it is asked for what is needed, and what was read once is kept
for a while. Whatever goes wrong is told to ffmpeg, which tries again as it would by itself.
"""

from __future__ import annotations

import re
import secrets
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol

from functions.adapters.range_file import BLOCK
from functions.adapters.url_range_file import UnreadError, UrlRangeFile
from functions.domain.cutting import CutJob

# What lies between two sockets when one is closed was read for nothing.
_WAITING = 16 * 1024
_ASKED = re.compile(r"bytes=(\d+)-(\d*)")


class View(Protocol):
    """What ffmpeg is to see."""

    @property
    def size(self) -> int: ...

    def read_at(self, place: int, size: int) -> bytes:
        """At least one byte before the end, `size` at most. Raises UnreadError."""


class Whole:
    """All of a file, read by one at a time, each piece to the end of a block."""

    def __init__(self, file: UrlRangeFile) -> None:
        self._file, self._lock = file, threading.Lock()
        self.size = file.size

    def read_at(self, place: int, size: int) -> bytes:
        with self._lock:
            self._file.seek(place)
            return self._file.read(min(size, BLOCK - place % BLOCK))


@contextmanager
def relayed(job: CutJob) -> Iterator[CutJob]:
    """A job as it is, or one whose source is read through here, where it is known what is needed
    of it."""
    if job.reach is None:
        yield job
        return
    file = UrlRangeFile(job.source_url, job.reach.size, job.reach.needed())
    with file, serving(Whole(file)) as url:
        yield replace(job, source_url=url)


@contextmanager
def serving(view: View) -> Iterator[str]:
    """Where a view is served, to whoever knows the address, until the block ends."""
    server = _Server(view)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{server.path}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    """Answers that are still under way end with the process, or when ffmpeg hangs up."""

    daemon_threads = True

    def __init__(self, view: View) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.view = view
        self.path = f"/{secrets.token_urlsafe(16)}"


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def setup(self) -> None:
        self.request.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _WAITING)
        super().setup()

    def do_GET(self) -> None:
        size = self.server.view.size
        asked = _ASKED.fullmatch(self.headers.get("Range", "bytes=0-"))
        if self.path != self.server.path or not asked:
            self.send_error(404)
            return
        first, end = int(asked[1]), min(int(asked[2] or size) + 1, size)
        if first >= end:
            self.send_error(416)
            return
        try:
            self._pour(first, end)
        except (OSError, ValueError):
            # ffmpeg has gone elsewhere, or all is over.
            self.close_connection = True

    def _pour(self, first: int, end: int) -> None:
        place, view = first, self.server.view
        while place < end:
            try:
                piece = view.read_at(place, end - place)
            except UnreadError as error:
                # Behind the header, an answer that ends too soon says the same.
                if place == first:
                    self.send_error(error.status)
                return
            if place == first:
                self._begin(first, end)
            self.wfile.write(piece)
            place += len(piece)

    def _begin(self, place: int, end: int) -> None:
        self.send_response(206)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Range", f"bytes {place}-{end - 1}/{self.server.view.size}")
        self.send_header("Content-Length", str(end - place))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Requests are not news."""
