"""A source as ffmpeg reads it where few of its bytes are wanted: by way of this process.

By itself ffmpeg asks for all from where it is to the source's end, and what has come when it goes
elsewhere is lost, each time. Here it is asked for what is needed, and what was read once is kept
for a while. Whatever goes wrong is told to ffmpeg, which tries again as it would by itself.
"""

from __future__ import annotations

import re
import secrets
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol

from functions.adapters.range_file import BLOCK
from functions.adapters.transport import PACKET, entered, head_of
from functions.adapters.url_range_file import UnreadError, UrlRangeFile
from functions.domain.cutting.job import CutJob
from functions.domain.errors import UnavailableError
from functions.domain.media.reach import Reach

# What lies between two sockets when one is closed was read for nothing.
_WAITING, _WAITING_PART = 256 * 1024, 16 * 1024
# Here each stream has something begin in it, if it has anything at all.
_ENTRY = 1_000 * PACKET
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

    def read_all(self, first: int, end: int) -> bytes:
        with self._lock:
            self._file.seek(first)
            return self._file.read(end - first)


class Spliced:
    """What tells of the streams of an MPEG-TS file, and then what is wanted of it."""

    def __init__(self, whole: Whole, reach: Reach) -> None:
        self._whole, self._end = whole, reach.last
        self._rest, self._prefix = reach.first, b""
        if reach.head:
            self._rest = min(reach.first + _ENTRY, reach.last)
            head = whole.read_all(0, reach.head)
            self._prefix = head_of(head) + entered(whole.read_all(reach.first, self._rest))
        self.size = len(self._prefix) + self._end - self._rest

    def read_at(self, place: int, size: int) -> bytes:
        if place < len(self._prefix):
            return self._prefix[place : place + min(size, BLOCK)]
        return self._whole.read_at(self._rest + place - len(self._prefix), size)


class Bridged:
    """An MP4 in fragments, each where it is, but for those that are not wanted: there is nothing
    instead, in a box that is passed over."""

    def __init__(self, whole: Whole, reach: Reach) -> None:
        self._whole, self._gap = whole, range(reach.head, reach.first)
        self._box = struct.pack(">I4sQ", 1, b"free", len(self._gap))
        self.size = whole.size

    def read_at(self, place: int, size: int) -> bytes:
        if place in self._gap:
            at, left = place - self._gap.start, self._gap.stop - place
            return self._box[at : at + size] or bytes(min(size, BLOCK, left))
        left = self._gap.start - place if place < self._gap.start else size
        return self._whole.read_at(place, min(size, left))


@contextmanager
def relayed(job: CutJob) -> Iterator[CutJob]:
    """A job as it is, or one whose source is read through here, where it is known what is needed
    of it. Raises UnavailableError."""
    if job.reach is None:
        yield job
        return
    file = UrlRangeFile(job.source_url, job.reach.size, job.reach.needed())
    waiting = _WAITING if job.reach.whole else _WAITING_PART
    with file, serving(_view(job, job.reach, Whole(file)), waiting) as url:
        yield replace(job, source_url=url)


def _view(job: CutJob, reach: Reach, whole: Whole) -> View:
    if job.plan.container != "mpegts":
        return Bridged(whole, reach) if job.plan.in_fragments and reach.gap else whole
    try:
        return Spliced(whole, reach)
    except UnreadError as error:
        raise UnavailableError(
            "cut.read_failed", "The source could not be read; trying again."
        ) from error


@contextmanager
def serving(view: View, waiting: int = _WAITING) -> Iterator[str]:
    """Where a view is served, to whoever knows the address, until the block ends; about `waiting`
    bytes are sent ahead."""
    server = _Server(view, waiting)
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

    def __init__(self, view: View, waiting: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.view, self.waiting = view, waiting
        self.path = f"/{secrets.token_urlsafe(16)}"


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def setup(self) -> None:
        self.request.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, self.server.waiting)
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
