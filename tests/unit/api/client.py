"""The API as a client sees it: requests in, answers out, through the one handler.

Every answer is held against the document.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from functions.handlers.api.app import lambda_handler
from tests.builders import STRANGER
from tests.events.build import http_event
from tests.fakes.lambda_context import FakeLambdaContext
from tests.unit.api.promised import keeps


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> str:
        """The stable code of a problem, which has to be one in every respect."""
        assert self.headers["content-type"] == "application/problem+json"
        assert self.json["status"] == self.status
        assert self.json["type"] == f"urn:cutroom:problem:{self.json['code']}"
        return str(self.json["code"])

    @property
    def wrong(self) -> dict[str, str]:
        """The wrong places of a request, with their codes."""
        assert self.status == 422
        return {row["pointer"]: row["code"] for row in self.json["errors"]}


class Client:
    """Asks as the usual user; `stranger` asks as somebody else."""

    def __init__(self, user_id: str | None = None) -> None:
        self._user_id = user_id

    @property
    def stranger(self) -> Client:
        return Client(STRANGER)

    def get(self, path: str, **more: Any) -> Answer:
        return self.request("GET", path, **more)

    def post(self, path: str, body: object, **more: Any) -> Answer:
        return self.request("POST", path, body=body, **more)

    def put(self, path: str, **more: Any) -> Answer:
        return self.request("PUT", path, **more)

    def patch(self, path: str, body: object, **more: Any) -> Answer:
        return self.request("PATCH", path, body=body, **more)

    def delete(self, path: str, **more: Any) -> Answer:
        return self.request("DELETE", path, **more)

    def request(self, method: str, path: str, **more: Any) -> Answer:
        event = http_event(method, path, **{"user_id": self._user_id, **more})
        if not path.startswith("/api/"):
            # The gateway asks for no token there, and reads none.
            del event["requestContext"]["authorizer"]
        answer = lambda_handler(event, FakeLambdaContext())
        headers = {name.lower(): value for name, value in answer["headers"].items()}
        text = answer.get("body") or ""
        # The gateway takes text only; anything else would reach the client as its own error.
        assert isinstance(text, str), f"{method} {path} answers with {type(text).__name__}"
        keeps(method, path, answer["statusCode"], headers, text)
        return Answer(answer["statusCode"], headers, text)
