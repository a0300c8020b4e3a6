"""POST /model/{id}/converse, as Bedrock has it; and what a test asks of the simulator itself.

POST /_simulator/faults {"faults": ["throttling", …]}   what the next calls meet, one each
GET  /_simulator/calls                                  calls since the last look, oldest first
"""

from __future__ import annotations

import json
import re
import threading
import time
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, TypeAlias
from urllib.parse import unquote

from infra.local.simulators import serving as serving_of
from infra.local.simulators.bedrock import faults
from infra.local.simulators.bedrock.contract import violations
from infra.local.simulators.bedrock.model import choose, sentences_in

_CONVERSE = re.compile(r"/model/([^/]+)/converse")
_SCOPE = "/bedrock/aws4_request"
Answer = tuple[int, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Call:
    """One request for a model: `sentences` are the first and the last number that it was shown."""

    model_id: str
    fault: str | None
    messages: int
    max_tokens: int
    sentences: tuple[int, int] | None
    begun_at: float


@dataclass
class Service:
    """What is asked of it, and what it is to meet next."""

    pending: list[str] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, model_id: str, body: dict[str, Any]) -> str | None:
        """The fault of this call, if it is to have one."""
        prompt = _prompt(body)
        shown = [said.number for said in sentences_in(prompt)]
        with self.lock:
            fault = self.pending.pop(0) if self.pending else None
            self.calls.append(
                Call(
                    model_id=model_id,
                    fault=fault,
                    messages=len(body["messages"]),
                    max_tokens=body.get("inferenceConfig", {}).get("maxTokens", 0),
                    sentences=(shown[0], shown[-1]) if shown else None,
                    begun_at=time.time(),
                )
            )
        return fault

    def taken(self) -> list[Call]:
        with self.lock:
            calls, self.calls = self.calls, []
        return calls


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    service: Service

    def log_message(self, *_: Any) -> None:
        """Quiet: what is sent is what people have said."""

    def do_GET(self) -> None:
        if self.path == "/_simulator/health":
            self._send(200, {"status": "ok"})
        elif self.path == "/_simulator/calls":
            self._send(200, {"calls": [asdict(call) for call in self.service.taken()]})
        else:
            self._fail(404, "UnknownOperationException", "There is no such address.")

    def do_POST(self) -> None:
        body = self._body()
        if self.path == "/_simulator/faults":
            self._script(body)
            return
        found = _CONVERSE.fullmatch(self.path)
        if not found:
            self._fail(404, "UnknownOperationException", "There is no such address.")
        elif _SCOPE not in self.headers.get("Authorization", ""):
            self._fail(403, "UnrecognizedClientException", "The request is not signed.")
        elif wrong := violations(body):
            self._fail(400, "ValidationException", " ".join(wrong))
        else:
            self._converse(unquote(found[1]), body)

    def _script(self, body: Any) -> None:
        names = body.get("faults", []) if isinstance(body, dict) else []
        unknown = [name for name in names if name not in (*faults.NAMES, "none")]
        if unknown:
            self._fail(400, "ValidationException", f"unknown faults: {', '.join(unknown)}")
            return
        with self.service.lock:
            self.service.pending[:] = names
        self._send(200, {"faults": names})

    def _converse(self, model_id: str, body: dict[str, Any]) -> None:
        fault = self.service.take(model_id, body)
        if fault == faults.LOST:
            self.close_connection = True
            self.connection.close()
        elif fault == faults.BROKEN:
            self._raw(200, b'{"output": {"message": {"role": "assis')
        elif fault is not None and fault in faults.ERRORS:
            status, name = faults.ERRORS[fault]
            self._fail(status, name, "This was asked for.")
        else:
            self._send(200, _answered(body, fault))

    def _body(self) -> Any:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            return json.loads(raw)
        except ValueError:
            return None

    def _fail(self, status: int, name: str, says: str) -> None:
        body = json.dumps({"message": says}).encode()
        self._raw(status, body, {"x-amzn-ErrorType": name})

    def _send(self, status: int, body: dict[str, Any]) -> None:
        self._raw(status, json.dumps(body).encode())

    def _raw(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _answered(body: dict[str, Any], fault: str | None) -> dict[str, Any]:
    """A model's answer; tokens are counted as they are guessed: four letters each."""
    answer = faults.ANSWERS.get(fault or "", faults.usual)
    stop, content = answer(choose(_prompt(body)))
    sent, said = (len(json.dumps(part)) // 4 for part in (body, content))
    return {
        "output": {"message": {"role": "assistant", "content": content}},
        "stopReason": stop,
        "usage": {"inputTokens": sent, "outputTokens": said, "totalTokens": sent + said},
        "metrics": {"latencyMs": 1},
    }


def _prompt(body: dict[str, Any]) -> str:
    """All that the user has said, the sentences among it."""
    parts = (
        part.get("text", "")
        for message in body["messages"]
        if message["role"] == "user"
        for part in message["content"]
    )
    return "\n".join(parts)


Running: TypeAlias = serving_of.Running[Service]


def serving(port: int = 0) -> AbstractContextManager[Running]:
    """Serve on loopback until the block ends."""
    return serving_of.running(_Handler, Service(), port)
