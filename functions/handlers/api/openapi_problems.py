"""Problems of the document: their schema, and one example for each status that is really sent."""

from __future__ import annotations

import json
from typing import Final

from aws_lambda_powertools.event_handler import Response

from functions.domain import errors
from functions.handlers.api.accepting import NotAcceptableError
from functions.handlers.api.body import UnsupportedMediaTypeError
from functions.handlers.api.openapi_headers import HEADERS, RATES, Part, header
from functions.runtime import problem

_FIELD: Final = {
    "pointer": {"type": "string", "description": "JSON pointer (RFC 6901); of the query: /name"},
    "code": {"type": "string", "description": "Stable"},
    "detail": {"type": "string"},
}
_WRONG: Final = problem.invalid(
    [errors.FieldError("/segments/3/title", "string_type", "Input should be a valid string")]
)
PROBLEM: Final[Part] = {
    "type": "object",
    "title": "Problem",
    "description": "Problem details (RFC 9457); `errors` names every wrong place at once.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "A name, not an address"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable: what to branch on"},
        "detail": {"type": "string", "description": "What is wrong and what to do, for people"},
        "errors": {
            "type": "array",
            "maxItems": problem.MAX_FIELDS,
            "items": {"type": "object", "required": list(_FIELD), "properties": _FIELD},
        },
    },
    "examples": [problem.details(_WRONG)],
}


def _refused(kind: type[errors.CutroomError], code: str, says: str) -> Response[str]:
    return problem.of_error(kind(code, says))


_SENT: Final[dict[str, tuple[str, str, Response[str]]]] = {
    "403": (
        "Forbidden",
        "Not part of the user's plan",
        _refused(errors.ForbiddenError, "lipsync.tier", "Lip-sync is part of the Pro plan."),
    ),
    "404": (
        "NotFound",
        "Absent, or somebody else's",
        _refused(errors.NotFoundError, "segment.not_found", "There is no such segment."),
    ),
    "406": (
        "NotAcceptable",
        "It is not had as any type that Accept names",
        _refused(NotAcceptableError, "request.not_acceptable", "This is had as text/vtt."),
    ),
    "409": (
        "Conflict",
        "Right, but not now; or the first request with this Idempotency-Key is not finished",
        problem.of_error(errors.StaleWriteError("The segment")),
    ),
    "410": (
        "Gone",
        "Too late",
        _refused(errors.GoneError, "upload.expired", "This upload is over; start a new one."),
    ),
    "412": (
        "PreconditionFailed",
        "It is not at a version that If-Match names",
        problem.of_error(errors.PreconditionError("The segment", 4)),
    ),
    "413": (
        "TooLarge",
        "The body is too large, or the file is for the user's tier",
        _refused(errors.TooLargeError, "request.too_large", "A body may have 512 KiB."),
    ),
    "415": (
        "UnsupportedMediaType",
        "The body is something else than JSON",
        _refused(
            UnsupportedMediaTypeError,
            "request.unsupported_media_type",
            "Send the body as application/json.",
        ),
    ),
    "422": ("Invalid", "The request is not valid", problem.of_error(_WRONG)),
    "429": ("TooManyRequests", "This minute's requests are spent", problem.too_many(42)),
    "503": (
        "Unavailable",
        "Something that we need does not answer",
        _refused(errors.UnavailableError, "dependency.unavailable", "The table failed; try again."),
    ),
    "default": (
        "Fault",
        "Any other problem; `code` says which",
        problem.problem(500, "internal", "Something of ours failed; try again."),
    ),
}


def of_gateway(message: str) -> Part:
    """API Gateway's own answer, in words of its own: what does not come as far as the function."""
    schema = {
        "type": "object",
        "required": ["message"],
        "properties": {"message": {"type": "string"}},
        "examples": [{"message": message}],
    }
    return {"application/json": {"schema": schema}}


_GATEWAY: Final = {"404": "Not Found", "429": "Too Many Requests", "503": "Service Unavailable"}
_UNAUTHORIZED: Final[Part] = {
    "description": "No token, or one that is not valid",
    "headers": {"WWW-Authenticate": {"schema": {"type": "string", "examples": ["Bearer"]}}},
    "content": of_gateway("Unauthorized"),
}


def _response(status: str, says: str, sent: Response[str]) -> Part:
    names = ["X-Request-Id", *RATES, *(name for name in sent.headers if name in HEADERS)]
    gateway = of_gateway(_GATEWAY[status]) if status in _GATEWAY else {}
    return {
        "description": says,
        "headers": {name: header(name) for name in names},
        "content": {
            problem.CONTENT_TYPE: {
                "schema": {"$ref": "#/components/schemas/Problem"},
                "example": json.loads(sent.body or ""),
            },
            **gateway,
        },
    }


RESPONSES: Final[dict[str, Part]] = {
    "Unauthorized": _UNAUTHORIZED,
    **{name: _response(status, says, sent) for status, (name, says, sent) in _SENT.items()},
}
NAMES: Final = {"401": "Unauthorized", **{status: row[0] for status, row in _SENT.items()}}
