"""A receiver of webhooks on loopback, with whatever manners a test wants, path by path."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from unittest import mock

from standardwebhooks import Webhook as Verifier
from standardwebhooks import webhooks as library


@dataclass(frozen=True)
class Request:
    headers: dict[str, str]
    body: bytes
    at: float
    arrived: datetime

    @property
    def message(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> Any:
        """The event, if the secret has signed it: as the official library saw it when it arrived,
        since what is older than five minutes is refused."""
        arrived = self.arrived

        class Then(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> Any:
                return arrived

        with mock.patch.object(library, "datetime", Then):
            return Verifier(secret).verify(self.body, self.headers)


@dataclass
class Receiver:
    """`manners` by path: statuses to answer with, one after another and the last one for ever, or
    `hang`, `flood`, `redirect`. Without any it takes all."""

    base: str
    manners: dict[str, list[int | str]] = field(default_factory=dict)
    got: dict[str, list[Request]] = field(default_factory=dict)
    over: threading.Event = field(default_factory=threading.Event)

    def url(self, path: str, *manners: int | str) -> str:
        self.manners[path] = list(manners) or [204]
        self.got[path] = []
        return f"{self.base}{path}"

    def next_of(self, path: str) -> int | str:
        manners = self.manners.get(path, [404])
        return manners.pop(0) if len(manners) > 1 else manners[0]


@contextmanager
def receiving(port: int) -> Iterator[Receiver]:
    """At an address of its own, so that others may be beside it at the same port."""
    host = f"127.{1 + secrets.randbelow(250)}.{secrets.randbelow(250)}.{1 + secrets.randbelow(250)}"
    receiver = Receiver(f"http://{host}:{port}")

    class _Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(headers, body, time.monotonic(), datetime.now(UTC))
            receiver.got.setdefault(self.path, []).append(request)
            with suppress(OSError):
                self._answer(receiver.next_of(self.path))

        def _answer(self, manner: int | str) -> None:
            if manner == "hang":
                receiver.over.wait(30)
                return
            self.send_response({"flood": 200, "redirect": 302}.get(str(manner), 0) or int(manner))
            if manner == "redirect":
                self.send_header("Location", "http://169.254.169.254/latest/meta-data/")
            length = 10**12 if manner == "flood" else 0
            self.send_header("Content-Length", str(length))
            self.end_headers()
            while manner == "flood" and not receiver.over.is_set():
                self.wfile.write(b"x" * 65_536)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer((host, port), _Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        receiver.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
