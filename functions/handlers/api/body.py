"""The body of a request: JSON, one object, no field twice."""

from __future__ import annotations

import json
from typing import Any

from aws_lambda_powertools.event_handler.middlewares.openapi_validation import (
    OpenAPIRequestValidationMiddleware,
)
from aws_lambda_powertools.event_handler.openapi.exceptions import RequestValidationError

from functions.domain.errors import CutroomError

JSON = "application/json"


class UnsupportedMediaTypeError(CutroomError):
    status = 415


class Read(OpenAPIRequestValidationMiddleware):
    """The library's own way takes forms and the first object of a list for an object."""

    def _get_body(self, app: Any) -> dict[str, Any]:
        event = app.current_event
        kind = event.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in {"", JSON}:
            says = f"Send the body as {JSON}."
            raise UnsupportedMediaTypeError("request.unsupported_media_type", says)
        try:
            body = json.loads(event.decoded_body or "null", object_pairs_hook=_object)
        except _TwiceError as error:
            raise _wrong("duplicate_field", "An object names a field twice") from error
        # No JSON, a number of thousands of digits, or bytes that are no text.
        except ValueError as error:
            raise _wrong("json_invalid", "The body should be valid JSON") from error
        if body is not None and not isinstance(body, dict):
            raise _wrong("object_type", "The body should be a JSON object")
        return body  # type: ignore[return-value]  # None is told as missing


class _TwiceError(ValueError):
    """Readers of JSON do not agree on which of the two is meant."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) < len(pairs):
        raise _TwiceError
    return read


def _wrong(code: str, says: str) -> RequestValidationError:
    return RequestValidationError([{"type": code, "loc": ("body",), "msg": says}])
