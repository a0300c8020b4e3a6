"""The wire: JSON 1.1 on loopback, as botocore speaks it; and a door for tests.

POST /_simulator/faults takes {"match": part of a job's name, …}: see `jobs.Faults`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler
from typing import Any, Final

from infra.local.simulators.running import HEALTH
from infra.local.simulators.serving import Server
from infra.local.simulators.transcribe import contract
from infra.local.simulators.transcribe.jobs import Faults, Jobs

_TARGET: Final = "Transcribe."
_JSON: Final = "application/x-amz-json-1.1"
Answer = Mapping[str, Any]


def make_server(port: int, jobs: Jobs) -> Server:
    class Handler(_Handler):
        pass

    Handler.jobs = jobs
    return Server(Handler, port)


class _Handler(BaseHTTPRequestHandler):
    jobs: Jobs
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == HEALTH:
            self._send(200, {})
        elif self.path == "/_simulator/heard":
            self._send(200, {"jobs": list(self.jobs.heard)})
        else:
            self._send(404, {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            self._send(200, self._answer(json.loads(body or b"{}")))
        except contract.RefusedError as refused:
            self._send(refused.status, {"__type": refused.name, "Message": refused.says})
        except (ValueError, TypeError):
            says = {"__type": "SerializationException", "Message": "This is no such request."}
            self._send(400, says)

    def _answer(self, request: dict[str, Any]) -> Answer:
        if self.path == "/_simulator/faults":
            self.jobs.expect(Faults(**request))
            return {}
        operation = self.headers.get("X-Amz-Target", "").removeprefix(_TARGET)
        found = _OPERATIONS.get(operation)
        if found is None:
            raise contract.RefusedError("UnknownOperationException", 400, "No such operation.")
        contract.check(operation, request)
        return found(self.jobs, request)

    def _send(self, status: int, answer: Answer) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", _JSON)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the log is for what goes wrong."""


def _start(jobs: Jobs, request: Mapping[str, Any]) -> Answer:
    return {"TranscriptionJob": jobs.start(request)}


def _get(jobs: Jobs, request: Mapping[str, Any]) -> Answer:
    return {"TranscriptionJob": jobs.get(request["TranscriptionJobName"])}


def _delete(jobs: Jobs, request: Mapping[str, Any]) -> Answer:
    jobs.delete(request["TranscriptionJobName"])
    return {}


_OPERATIONS: Final[Mapping[str, Callable[[Jobs, Mapping[str, Any]], Answer]]] = {
    "StartTranscriptionJob": _start,
    "GetTranscriptionJob": _get,
    "DeleteTranscriptionJob": _delete,
}
