"""The wire: a path for each platform, below it what the platform itself has; and a door for tests.

GET  /_simulator/calls     calls since the last look, oldest first
GET  /_simulator/clock     what time it is there
POST /_simulator/{door}    see `doors`
"""

from __future__ import annotations

import json
import time
from contextlib import AbstractContextManager
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler
from typing import Any, Final, Protocol, TypeAlias
from urllib.parse import parse_qsl, urlsplit

from infra.local.simulators import serving as serving_of
from infra.local.simulators.running import HEALTH
from infra.local.simulators.social import doors
from infra.local.simulators.social.grants import Grants
from infra.local.simulators.social.graph import Graph
from infra.local.simulators.social.nodes import FacebookNodes, InstagramNodes
from infra.local.simulators.social.tiktok import TikTok
from infra.local.simulators.social.wire import Answer, Call, WrongError, sent
from infra.local.simulators.social.world import World
from infra.local.simulators.social.x import X
from infra.local.simulators.social.youtube import YouTube

# Longer than a client waits that is told to be quick.
SLOW_S: Final = 3.0
# Between two bytes of an answer that drips.
DRIP_S: Final = 0.05
MOST_BYTES: Final = 4 * 1024 * 1024


class PlatformLike(Protocol):
    grants: Grants
    errors: Any

    def is_api(self, call: Call) -> bool: ...
    def ids(self, call: Call) -> tuple[str, ...]: ...
    def answer(self, call: Call) -> Answer: ...


class Service:
    """All five platforms over one world."""

    def __init__(self) -> None:
        self.world = World()
        self.platforms: dict[str, PlatformLike] = {
            "youtube": YouTube(self.world),
            "x": X(self.world),
            "tiktok": TikTok(self.world),
            "facebook": Graph(self.world, "facebook", FacebookNodes(self.world)),
            "instagram": Graph(self.world, "instagram", InstagramNodes(self.world)),
        }

    def answer(self, name: str, call: Call) -> tuple[Answer, str | None]:
        """The answer, and the trouble that this call meets if it is to meet one."""
        platform = self.platforms[name]
        with self.world.lock:
            is_api = platform.is_api(call)
            trouble = self._trouble(name, call, is_api=is_api)
            if trouble in platform.errors:
                answer = platform.errors[trouble]
            elif trouble and trouble.startswith("http_"):
                answer = Answer(int(trouble[5:]), None)
            elif trouble and trouble.startswith("json:"):
                answer = Answer(200, json.loads(trouble[5:]))
            else:
                answer = self._answered(platform, call)
            operation = f"{call.method} {call.path}"
            ids = platform.ids(call) if is_api else ()
            self.world.note(name, operation, ids, 0 if trouble == "lost" else answer.status)
        return answer, trouble

    def _trouble(self, name: str, call: Call, *, is_api: bool) -> str | None:
        """Consents and tokens meet only what is meant for them: `token:…`."""
        waiting = self.world.troubles[name]
        first = waiting.names[0] if waiting.names else ""
        if first.startswith(("first_", "every_")) and not waiting.down:
            return None
        if first.startswith("token:"):
            fetches = call.path.rstrip("/").endswith(("/token", "/access_token"))
            return waiting.names.popleft()[6:] if fetches else None
        return waiting.next() if is_api else None

    def _answered(self, platform: PlatformLike, call: Call) -> Answer:
        try:
            return platform.answer(call)
        except WrongError as wrong:
            return wrong.answer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    service: Service

    def log_message(self, *_: Any) -> None:
        """Quiet: there are tokens in addresses."""

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _serve(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        raw = self.rfile.read(min(length, MOST_BYTES))
        form, body = sent(raw, self.headers.get("Content-Type", ""))
        if parts.path == HEALTH:
            self._send(Answer(200, {"status": "ok"}))
        elif parts.path == "/_simulator/calls":
            self._send(Answer(200, {"calls": self._calls()}))
        elif (self.command, parts.path) == ("GET", "/_simulator/clock"):
            self._send(Answer(200, {"now": self.service.world.today().isoformat()}))
        elif parts.path.startswith("/_simulator/"):
            self._send(doors.opened(self.service, parts.path.rsplit("/", 1)[-1], body))
        else:
            self._platform(parts.path, parts.query, form, body)

    def _platform(self, path: str, query: str, form: dict[str, str], body: Any) -> None:
        _, name, *rest = path.split("/", 2)
        if name not in self.service.platforms:
            self._send(Answer(404, {"error": "There is no such platform."}))
            return
        call = Call(
            method=self.command,
            path=f"/{rest[0] if rest else ''}",
            query=dict(parse_qsl(query, keep_blank_values=True)),
            headers={key.lower(): value for key, value in self.headers.items()},
            form=form,
            body=body,
        )
        answer, trouble = self.service.answer(name, call)
        if trouble == "lost":
            self.close_connection = True
            self.connection.close()
            return
        if trouble == "slow":
            time.sleep(SLOW_S)
        self._send(answer, cut=trouble == "truncated", drips=trouble == "drip")

    def _calls(self) -> list[dict[str, Any]]:
        with self.service.world.lock:
            seen, self.service.world.seen = self.service.world.seen, []
        return [asdict(one) for one in seen]

    def _send(self, answer: Answer, *, cut: bool = False, drips: bool = False) -> None:
        body = b"" if answer.body is None else json.dumps(answer.body).encode()
        body = body[: len(body) // 2] if cut else body
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            for at in range(0, len(body), 1 if drips else MOST_BYTES):
                self.wfile.write(body[at : at + (1 if drips else MOST_BYTES)])
                time.sleep(DRIP_S if drips else 0)
        except OSError:
            self.close_connection = True


Running: TypeAlias = serving_of.Running[Service]


def serving(port: int = 0) -> AbstractContextManager[Running]:
    """Serve on loopback until the block ends."""
    return serving_of.running(_Handler, Service(), port)
