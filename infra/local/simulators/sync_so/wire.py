"""HTTP as the service speaks it: keys, answers, files, and connections that break off."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from infra.local.simulators.sync_so.errors import (
    RefusedError,
    malformed,
    no_key,
    no_route,
    refused,
    wrong_key,
)
from infra.local.simulators.sync_so.faults import Fault
from infra.local.simulators.sync_so.service import Service

_KEY: Final = re.compile(r"sk-[A-Za-z0-9_-]{4,}")
_FOREIGN: Final = "sk-revoked"
_CHUNK: Final = 256 * 1024
_HUGE: Final = 64 * 1024 * 1024


@dataclass(frozen=True)
class Reply:
    """`body` is JSON unless it is bytes; `path` is a file instead."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    path: Path | None = None


Routes = Sequence[tuple[str, re.Pattern[str], Callable[..., Reply]]]


class Calls:
    """What was asked, for tests: without keys and bodies."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._calls: list[dict[str, Any]] = []

    def note(self, **fields: Any) -> None:
        with self._lock:
            self._calls.append({**fields, "at": time.time()})

    def taken(self) -> list[dict[str, Any]]:
        with self._lock:
            calls, self._calls = self._calls, []
        return calls


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    service: Service
    calls: Calls
    routes: Routes

    def log_message(self, *_: object) -> None:
        """Quiet: what is sent is signed."""

    def do_GET(self) -> None:
        self._serve("GET")

    def do_POST(self) -> None:
        self._serve("POST")

    def do_PUT(self) -> None:
        self._serve("PUT")

    def do_DELETE(self) -> None:
        self._serve("DELETE")

    def _serve(self, method: str) -> None:
        parts = urlsplit(self.path)
        self.query = parse_qs(parts.query)
        try:
            self.body = self._body()
            reply = self._route(method, unquote(parts.path))
        except RefusedError as error:
            reply = Reply(error.status, error.body, error.headers)
        except LostError:
            self._lose()
            return
        self._note(method, parts.path, reply.status)
        self._send(reply)

    def _note(self, method: str, path: str, status: int) -> None:
        if not path.startswith("/_simulator"):
            keyed = "x-api-key" in self.headers
            key = self.headers.get("Idempotency-Key")
            self.calls.note(
                method=method, path=path, status=status, keyed=keyed, idempotency_key=key,
                wait="wait" in self.query,
            )  # fmt: skip

    def _body(self) -> bytes:
        length = int(self.headers.get("Content-Length", 0))
        limit = self.service.switch.settings.form_bytes
        if length > limit and "multipart" in self.headers.get("Content-Type", ""):
            self.close_connection = True
            raise refused("generation_input_validation_failed", status=413)
        return self.rfile.read(length)

    def json(self) -> Any:
        try:
            return json.loads(self.body)
        except ValueError as error:
            raise malformed(["the body is no JSON"]) from error

    def _route(self, method: str, path: str) -> Reply:
        for wanted, pattern, answer in self.routes:
            found = pattern.fullmatch(path)
            if wanted == method and found:
                return answer(self, *found.groups())
        raise no_route(method, path)

    def organisation(self, what: str = "read") -> str:
        """Whose key it is; every key that could be one is an organisation's of its own."""
        key = self.headers.get("x-api-key")
        if key is None:
            raise no_key()
        if not _KEY.fullmatch(key) or key.startswith(_FOREIGN):
            raise wrong_key()
        settings = self.service.switch.settings
        create = what == "create"
        limit = settings.creates_per_minute if create else settings.reads_per_minute
        self.service.count_request(key, "create" if create else "read", limit)
        return key

    def faulty(self, on: str, *names: str | None) -> Fault | None:
        """What goes wrong with this request; what goes wrong before it is done does so here."""
        fault = self.service.switch.take(on, *names)
        if fault is not None:
            time.sleep(fault.seconds)
            if fault.kind in _BEFORE:
                raise _BEFORE[fault.kind](fault)
        return fault

    def _send(self, reply: Reply) -> None:
        if reply.path is not None:
            self._send_file(reply.path, reply.headers)
            return
        content, kind = _written(reply.body)
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if content or reply.status != 204:
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        try:
            self.wfile.write(content)
        except OSError:
            self.close_connection = True

    def _send_file(self, path: Path, headers: Mapping[str, str]) -> None:
        size = path.stat().st_size
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        start = int(found[1]) if found else 0
        end = min(size, int(found[2]) + 1) if found and found[2] else size
        limit = int(headers.get("X-Simulator-Truncated", end - start))
        self.send_response(206 if found else 200)
        self.send_header("Content-Type", "video/mp4")
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("ETag", f'"{path.stat().st_mtime_ns:x}"')
        if found:
            self.send_header("Content-Range", f"bytes {start}-{end - 1}/{size}")
        self.send_header("Content-Length", str(end - start))
        self.end_headers()
        with path.open("rb") as file:
            file.seek(start)
            left = min(limit, end - start)
            while left > 0 and (piece := file.read(min(_CHUNK, left))):
                self.wfile.write(piece)
                left -= len(piece)
        if limit < end - start:
            self._lose()

    def _lose(self) -> None:
        self.close_connection = True
        self.connection.close()


class LostError(Exception):
    """The connection is to break off."""


class Raw(dict[str, Any]):
    """Bytes in the place of a JSON object."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.content = content


def _refusal(fault: Fault) -> RefusedError:
    says = {"requestId": "req_simulated"} if fault.status == 500 else {}
    code = fault.code or "internal_error"
    error = refused(code, fault.message, status=fault.status, **says)
    if fault.retry_after is not None:
        error.headers["Retry-After"] = f"{fault.retry_after:g}"
    return error


_BEFORE: Final[Mapping[str, Callable[[Fault], Exception]]] = {
    "dropped": lambda _: LostError(),
    "status": _refusal,
    "outcome_unknown": lambda _: refused("IDEMPOTENCY_OUTCOME_UNKNOWN"),
    "garbage": lambda _: RefusedError(200, Raw(b'{"id": "6f1d2c3b-4a59-4e')),
    "html": lambda fault: RefusedError(fault.status, Raw(b"<html><h1>Bad Gateway</h1></html>")),
    "huge": lambda _: RefusedError(200, Raw(b'{"id": "' + b"x" * _HUGE + b'"}')),
}


def _written(body: Any) -> tuple[bytes, str]:
    if isinstance(body, Raw):
        return body.content, "application/json"
    if isinstance(body, bytes):
        return body, "text/plain"
    return (b"" if body is None else json.dumps(body).encode()), "application/json"
