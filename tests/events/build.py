"""Events as the services send them, from the files beside this one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from functions.domain.media.source import Source

_HERE = Path(__file__).parent


def load(name: str) -> dict[str, Any]:
    return json.loads((_HERE / f"{name}.json").read_text())


def http_event(
    method: str,
    path: str,
    *,
    body: object = None,
    query: dict[str, str] | Sequence[tuple[str, str]] | None = None,
    headers: dict[str, str] | None = None,
    user_id: str | None = None,
    groups: object = None,
    encoded: bool = False,
) -> dict[str, Any]:
    """A request as an HTTP API hands it on (payload format 2.0: header names in lower case).

    A `query` in pairs may name a parameter twice; an `encoded` body is base64.
    """
    event = load("http_api_v2")
    event["rawPath"] = event["requestContext"]["http"]["path"] = path
    event["requestContext"]["http"]["method"] = method
    event["headers"] |= {name.lower(): value for name, value in (headers or {}).items()}
    if query:
        event["rawQueryString"] = urlencode(query)
        event["queryStringParameters"] = _joined(
            query.items() if isinstance(query, dict) else query
        )
    if body is not None:
        event["body"] = body if isinstance(body, str) else json.dumps(body)
        event["headers"].setdefault("content-type", "application/json")
    event["isBase64Encoded"] = encoded
    claims = event["requestContext"]["authorizer"]["jwt"]["claims"]
    if user_id:
        claims["sub"] = user_id
    if groups is not None:
        claims["cognito:groups"] = groups
    return event


def _joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Values of one name, joined by commas."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: ",".join(values) for name, values in found.items()}


def object_created(source: Source | None = None) -> dict[str, Any]:
    event = load("object_created")
    if source:
        item = event["detail"]["object"]
        item |= {"key": source.key, "size": source.size, "etag": source.etag}
        item["version-id"] = source.version_id or ""
    return event


def queue_event(*bodies: object) -> dict[str, Any]:
    """A batch of a queue: message ids m-0, m-1, and so on."""
    records = [
        {
            "messageId": f"m-{at}",
            "receiptHandle": f"handle-{at}",
            "body": body if isinstance(body, str) else json.dumps(body),
            "attributes": {"ApproximateReceiveCount": "1"},
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-west-1:000000000000:uploads",
            "awsRegion": "eu-west-1",
        }
        for at, body in enumerate(bodies)
    ]
    return {"Records": records}
