"""POST / with the target RekognitionService.DetectText, as Rekognition has it.

POST /_simulator/faults {"faults": ["throttling", …]}   what the next calls meet, one each
GET  /_simulator/calls                                  how many there were since the last look
"""

from __future__ import annotations

import base64
import binascii
import json
import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, Final, TypeAlias

from infra.local.simulators import serving as serving_of
from infra.local.simulators.rekognition.sight import Seen, lines_in

TARGET: Final = "RekognitionService.DetectText"
MOST_BYTES: Final = 5 * 1024**2
_SCOPE: Final = "/rekognition/aws4_request"
_TYPE: Final = "application/x-amz-json-1.1"
ERRORS: Final[Mapping[str, tuple[int, str]]] = {
    "throttling": (400, "ThrottlingException"),
    "too_many": (400, "ProvisionedThroughputExceededException"),
    "internal": (500, "InternalServerError"),
    "denied": (400, "AccessDeniedException"),
}


@dataclass
class Service:
    """What it is to meet next, and how often it was asked."""

    pending: list[str] = field(default_factory=list)
    calls: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self) -> str | None:
        with self.lock:
            self.calls += 1
            return self.pending.pop(0) if self.pending else None

    def taken(self) -> int:
        with self.lock:
            calls, self.calls = self.calls, 0
        return calls


class _RefusedError(Exception):
    """The service's name for it, and its words."""

    def __init__(self, name: str, says: str) -> None:
        super().__init__(says)
        self.name = name


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    service: Service

    def log_message(self, *_: Any) -> None:
        """Quiet: what is sent are people's pictures."""

    def do_GET(self) -> None:
        if self.path == "/_simulator/health":
            self._send(200, {"status": "ok"})
        elif self.path == "/_simulator/calls":
            self._send(200, {"calls": self.service.taken()})
        else:
            self._send(404, {"__type": "UnknownOperationException"})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/_simulator/faults":
            self._script(body)
            return
        fault = self.service.take()
        if fault is not None:
            status, name = ERRORS[fault]
            self._send(status, {"__type": name, "Message": "This was asked for."})
            return
        try:
            picture = self._picture(body)
            self._send(200, told(_looked_at(picture)))
        except _RefusedError as error:
            self._send(400, {"__type": error.name, "Message": str(error)})

    def _script(self, body: bytes) -> None:
        names = json.loads(body).get("faults", [])
        unknown = [name for name in names if name not in ERRORS]
        if unknown:
            self._send(400, {"message": f"unknown faults: {', '.join(unknown)}"})
            return
        with self.service.lock:
            self.service.pending[:] = names
        self._send(200, {"faults": names})

    def _picture(self, body: bytes) -> bytes:
        """Raises _RefusedError for all that the service itself would refuse."""
        if self.headers.get("X-Amz-Target") != TARGET:
            raise _RefusedError("UnknownOperationException", "There is no such operation here.")
        if _SCOPE not in self.headers.get("Authorization", ""):
            raise _RefusedError("MissingAuthenticationTokenException", "It is not signed.")
        try:
            image = json.loads(body)["Image"]
            content = base64.b64decode(image["Bytes"], validate=True)
        except (ValueError, TypeError, KeyError, binascii.Error) as error:
            raise _RefusedError("InvalidParameterException", "Image.Bytes is missing.") from error
        if len(content) > MOST_BYTES:
            raise _RefusedError("ImageTooLargeException", "The image has more than 5 MB.")
        return content

    def _send(self, status: int, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", _TYPE)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def _looked_at(picture: bytes) -> list[Seen]:
    try:
        return lines_in(picture)
    except (OSError, SyntaxError) as error:
        says = "Request has invalid image format"
        raise _RefusedError("InvalidImageFormatException", says) from error


def told(lines: list[Seen]) -> dict[str, Any]:
    """Each line, then its one word: as they are told apart by the service."""
    found = []
    for at, one in enumerate(lines):
        found.append({"Id": at, "Type": "LINE", **_shape(one)})
    for at, one in enumerate(lines):
        found.append({"Id": len(lines) + at, "ParentId": at, "Type": "WORD", **_shape(one)})
    return {"TextDetections": found, "TextModelVersion": "3.0"}


def _shape(one: Seen) -> dict[str, Any]:
    """What it says is not read."""
    right, bottom = one.left + one.width, one.top + one.height
    corners = ((one.left, one.top), (right, one.top), (right, bottom), (one.left, bottom))
    box = {"Left": one.left, "Top": one.top, "Width": one.width, "Height": one.height}
    polygon = [{"X": x, "Y": y} for x, y in corners]
    return {
        "DetectedText": "",
        "Confidence": 99.0,
        "Geometry": {"BoundingBox": box, "Polygon": polygon},
    }


Running: TypeAlias = serving_of.Running[Service]


def serving(port: int = 0) -> AbstractContextManager[Running]:
    """Serve on loopback until the block ends."""
    return serving_of.running(_Handler, Service(), port)
