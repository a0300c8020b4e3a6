"""The body of a request: JSON, one object, no field twice."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from functions.domain.errors import CutroomError, FieldError

JSON = "application/json"


class UnsupportedMediaTypeError(CutroomError):
    status = 415


class BodyError(Exception):
    """The whole of it is wrong."""

    def __init__(self, code: str, says: str) -> None:
        super().__init__(code)
        self.wrong = FieldError("", code, says)


def read(event: Mapping[str, Any]) -> dict[str, Any]:
    """Raises BodyError, and UnsupportedMediaTypeError for forms and the like."""
    kind = (event.get("headers") or {}).get("content-type", "").partition(";")[0].strip().lower()
    if kind not in {"", JSON}:
        says = f"Send the body as {JSON}."
        raise UnsupportedMediaTypeError("request.unsupported_media_type", says)
    text = event.get("body") or "null"
    try:
        sent = base64.b64decode(text).decode() if event.get("isBase64Encoded") else text
        body = json.loads(sent, object_pairs_hook=_object)
    except _TwiceError as error:
        raise BodyError("duplicate_field", "An object names a field twice") from error
    # No JSON, a number of thousands of digits, or bytes that are no text.
    except ValueError as error:
        raise BodyError("json_invalid", "The body should be valid JSON") from error
    if body is None:
        raise BodyError("missing", "Field required")
    if not isinstance(body, dict):
        raise BodyError("object_type", "The body should be a JSON object")
    return body


class _TwiceError(ValueError):
    """Readers of JSON do not agree on which of the two is meant."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) < len(pairs):
        raise _TwiceError
    return read
