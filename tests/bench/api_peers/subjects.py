"""What is measured, and the requests it is measured with: change the routes here and in `work`."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

OURS = "ours"
FASTAPI = "FastAPI + Mangum"
BARE = "bare handler"
HANDLERS = {
    OURS: ("functions.handlers.api.app", "lambda_handler"),
    FASTAPI: ("tests.bench.api_peers.on_fastapi", "lambda_handler"),
    BARE: ("tests.bench.api_peers.bare", "lambda_handler"),
}
Handler = Callable[[dict[str, Any], Any], dict[str, Any]]

SEGMENT = "00000000-0000-5000-8000-000000000001"


@dataclass(frozen=True, slots=True)
class Request:
    name: str
    method: str
    path: str
    status: int
    query: dict[str, str] | None = None
    body: dict[str, Any] | None = None


MEASURED = (
    Request("GET a segment", "GET", f"/api/segments/{SEGMENT}", 200),
    Request(
        "GET 20 segments",
        "GET",
        "/api/segments",
        200,
        query={"limit": "20", "sort_by": "duration", "sort_order": "asc"},
    ),
    # The first of these changes something; the store holds it already for all that are timed.
    Request(
        "PATCH a segment",
        "PATCH",
        f"/api/segments/{SEGMENT}",
        200,
        body={"title": "A better title", "tags": ["intro", "interview"]},
    ),
)
REFUSED = (
    Request("no such segment", "GET", "/api/segments/unknown", 404),
    Request("too many", "GET", "/api/segments", 422, query={"limit": "101"}),
    Request("wrong", "PATCH", f"/api/segments/{SEGMENT}", 422, body={"title": 5, "surplus": 1}),
)


def load(subject: str) -> Handler:
    """Import a handler, which is what the initialisation of its function does."""
    module, name = HANDLERS[subject]
    handler: Handler = getattr(importlib.import_module(module), name)
    return handler


def event_text(request: Request) -> str:
    """The request as the runtime gets it; it is parsed anew for each call, outside the times."""
    from tests.events.build import http_event

    return json.dumps(
        http_event(
            request.method,
            request.path,
            body=request.body,
            query=request.query,
            headers={"user-agent": "Mozilla/5.0", "accept-encoding": "gzip", "x-request-id": "r-1"},
        )
    )
