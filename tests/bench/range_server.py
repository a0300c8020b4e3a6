"""A loopback server of one file by ranges that counts what it sends: S3's part in a measurement."""

from __future__ import annotations

import http.server
import os
import re
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_CHUNK = 1 << 20
_WAITING = 128 * 1024


class Counter:
    def __init__(self, url: str) -> None:
        self.url = url
        self.requests = 0
        self.sent = 0


@contextmanager
def serve(path: Path) -> Iterator[Counter]:
    """Serve `path` at `counter.url` until the block ends."""
    size = path.stat().st_size

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            """What the system would take and never send is not to be counted."""
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _WAITING)
            super().setup()

        def log_message(self, *_: Any) -> None:
            return

        def do_GET(self) -> None:
            match = re.match(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
            first = int(match[1]) if match else 0
            last = int(match[2]) if match and match[2] else size - 1
            counter.requests += 1
            self.send_response(206 if match else 200)
            self.send_header("Accept-Ranges", "bytes")
            self.send_header("Content-Length", str(last - first + 1))
            self.send_header("Content-Range", f"bytes {first}-{last}/{size}")
            self.end_headers()
            self._send(first, last)

        def _send(self, at: int, last: int) -> None:
            try:
                with path.open("rb") as file:
                    while at <= last:
                        wanted = min(last - at + 1, _CHUNK)
                        sent = os.sendfile(self.connection.fileno(), file.fileno(), at, wanted)
                        counter.sent += sent
                        at += sent
            except OSError:
                self.close_connection = True

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        counter = Counter(f"http://127.0.0.1:{server.server_address[1]}/source")
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield counter
        finally:
            server.shutdown()
