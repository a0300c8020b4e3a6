"""The boundary to HTTP: every error leaves as problem details (RFC 9457) with a stable code."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aws_lambda_powertools.event_handler import Response

from functions.domain.errors import CutroomError, FieldError, InvalidInputError

CONTENT_TYPE = "application/problem+json"
MAX_FIELDS = 100
_TITLES = {
    400: "Bad request",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    406: "Not acceptable",
    409: "Conflict",
    410: "Gone",
    412: "Precondition failed",
    413: "Too large",
    415: "Unsupported media type",
    422: "Invalid input",
    429: "Too many requests",
    500: "Internal error",
    503: "Unavailable",
}
_RETRY_SECONDS = {503: 2, 429: 60, 409: 1}


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    fields: Sequence[FieldError] = (),
    retry_after: int | None = None,
) -> Response[str]:
    body = _body(status, code, detail, fields)
    headers: dict[str, str | list[str]] = {"Retry-After": str(retry_after)} if retry_after else {}
    return Response(
        status_code=status, content_type=CONTENT_TYPE, body=json.dumps(body), headers=headers
    )


def _body(status: int, code: str, detail: str, fields: Sequence[FieldError]) -> dict[str, Any]:
    body: dict[str, Any] = {
        "type": f"urn:cutroom:problem:{code}",
        "title": _TITLES.get(status, "Error"),
        "status": status,
        "code": code,
        "detail": detail,
    }
    if fields:
        body["errors"] = [
            {"pointer": field.pointer, "code": field.code, "detail": field.detail}
            for field in fields
        ]
    return body


def of_error(error: CutroomError) -> Response[str]:
    usual = _RETRY_SECONDS.get(error.status) if error.retryable else None
    retry = error.helps_in or usual
    return problem(error.status, error.code, error.detail, fields=error.fields, retry_after=retry)


def too_many(seconds: int) -> Response[str]:
    """The minute's requests are spent."""
    says = f"You have made this minute's requests; go on in {seconds} s."
    return problem(429, "rate.exceeded", says, retry_after=seconds)


def wrong_method(methods: Sequence[str]) -> Response[str]:
    """The path is right, the method is not."""
    answer = problem(405, "method.not_allowed", f"This address takes {', '.join(methods)}.")
    answer.headers["Allow"] = ", ".join(methods)
    return answer


def details(error: CutroomError) -> dict[str, Any]:
    """The same as plain values, for one item of many."""
    return _body(error.status, error.code, error.detail, error.fields)


def invalid(fields: Sequence[FieldError]) -> InvalidInputError:
    """All wrong places at once, as far as an answer can hold them."""
    each = "each place" if len(fields) <= MAX_FIELDS else f"{MAX_FIELDS} of {len(fields)} places"
    says = f"The request is not valid; `errors` names {each}."
    return InvalidInputError("request.invalid", says, fields=tuple(fields[:MAX_FIELDS]))


def field_of(row: Mapping[str, Any], place: str) -> FieldError:
    """A row of the validating library, found at or below a place; what was sent is not echoed."""
    says = str(row["msg"]).removeprefix("Value error, ")
    return FieldError(place + pointer([str(part) for part in row["loc"]]), row["type"], says)


def pointer(place: Sequence[str]) -> str:
    """A JSON pointer (RFC 6901); the whole document is the empty one."""
    return "".join("/" + part.replace("~", "~0").replace("/", "~1") for part in place)
