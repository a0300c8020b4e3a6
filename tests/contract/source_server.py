"""A source over HTTP that is slow, or breaks off, as a real one may be."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CHUNK = 256 * 1024


@dataclass
class Manner:
    """`rate` bytes a second; after `breaks_at` bytes in all nothing more is served.

    At `drops_at` bytes the connection is lost, once.
    """

    path: Path
    rate: int = 1 << 40
    breaks_at: int | None = None
    drops_at: int | None = None
    sent: int = 0

    @property
    def broken(self) -> bool:
        return self.breaks_at is not None and self.sent >= self.breaks_at


@contextmanager
def served(manner: Manner) -> Iterator[str]:
    """The file's URL while the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if manner.broken:
                self.send_error(403)
                return
            _answer(self, manner)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/source"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _answer(handler: BaseHTTPRequestHandler, manner: Manner) -> None:
    size = manner.path.stat().st_size
    asked = re.match(r"bytes=(\d+)-(\d*)", handler.headers.get("Range", "bytes=0-"))
    assert asked
    first, last = int(asked[1]), int(asked[2] or size - 1)
    handler.send_response(206)
    handler.send_header("Content-Range", f"bytes {first}-{last}/{size}")
    handler.send_header("Content-Length", str(last - first + 1))
    handler.send_header("Accept-Ranges", "bytes")
    handler.end_headers()
    handler.close_connection = True
    try:
        _pour(handler, manner, first, last + 1)
    except OSError:
        return


def _pour(handler: BaseHTTPRequestHandler, manner: Manner, at: int, end: int) -> None:
    with manner.path.open("rb") as source:
        source.seek(at)
        while at < end and not manner.broken:
            piece = source.read(min(_piece(manner), end - at))
            handler.wfile.write(piece)
            at += len(piece)
            manner.sent += len(piece)
            if manner.drops_at is not None and manner.sent >= manner.drops_at:
                manner.drops_at = None
                return
            time.sleep(len(piece) / manner.rate)


def _piece(manner: Manner) -> int:
    """Bytes sent at once: small enough that also a small file comes slowly, or breaks off."""
    left = CHUNK if manner.breaks_at is None else manner.breaks_at - manner.sent
    return max(1, min(CHUNK, manner.rate // 4, left))
