"""The OpenAPI document, generated from the routes, and the page that shows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from functions.runtime.problem import CONTENT_TYPE

TITLE: Final = "Cutroom"
VERSION: Final = "0.1.0"
_SAYS: Final = (
    "Upload a video, get it back in segments. Errors are problem details (RFC 9457) with a stable "
    "`code`; lists are paged by an opaque `cursor`; a POST with an `Idempotency-Key` is done once."
)
_TEXT: Final = {"type": "string"}
_FIELD: Final = {"pointer": _TEXT, "code": _TEXT, "detail": _TEXT}
_PROBLEM: Final = {
    "type": "object",
    "title": "Problem",
    "description": "Problem details (RFC 9457); `errors` names every wrong place at once.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        **dict.fromkeys(("type", "title", "code", "detail"), _TEXT),
        "status": {"type": "integer"},
        "errors": {"type": "array", "items": {"type": "object", "properties": _FIELD}},
    },
}
_REFUSALS: Final = {
    "401": "No token, or one that is not valid",
    "404": "Absent, or somebody else's",
    "422": "The request is not valid",
    "default": "Any other problem; `code` says which",
}


def arguments() -> dict[str, Any]:
    """What the library needs to write it; its models are costly to load and rarely used."""
    from aws_lambda_powertools.event_handler.openapi.models import HTTPBearer, Server, Tag  # noqa: PLC0415

    names = ("uploads", "videos", "pipeline", "segments", "system")
    bearer = HTTPBearer(bearerFormat="JWT", description="An access token of the user pool")
    return {
        "title": TITLE,
        "version": VERSION,
        "description": _SAYS,
        "tags": [Tag(name=name) for name in names],
        # Relative to the document itself, so that it is right behind any host, stage and path.
        "servers": [Server(url=".")],
        "security_schemes": {"token": bearer},
        "security": [{"token": []}],
    }


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """The library's document, with our own errors."""
    for path, operations in document["paths"].items():
        for operation in operations.values():
            _describe_refusals(path, operation)
    schemas = document["components"]["schemas"]
    for replaced in ("HTTPValidationError", "ResponseValidationError", "ValidationError"):
        schemas.pop(replaced, None)
    schemas["Problem"] = _PROBLEM
    return document


def _describe_refusals(path: str, operation: dict[str, Any]) -> None:
    """API Gateway itself answers 401, in words of its own."""
    public = not path.startswith("/api/")
    if public:
        operation["security"] = []
    content = {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for status, says in _REFUSALS.items():
        if status in {"401", "404"} and public:
            continue
        body = {} if status == "401" else {"content": content}
        operation["responses"][status] = {"description": says, **body}
    operation["responses"].get("204", {}).pop("content", None)


def describe(app: APIGatewayHttpResolver) -> None:
    """Add `/docs` and `/openapi.json`."""

    @app.get("/openapi.json", include_in_schema=False)
    def openapi() -> Response[str]:
        body = app.get_openapi_json_schema(**arguments())
        return Response(status_code=200, content_type="application/json", body=body)

    @app.get("/docs", include_in_schema=False)
    def docs() -> Response[str]:
        from aws_lambda_powertools.event_handler.openapi import swagger_ui  # noqa: PLC0415

        folder = Path(swagger_ui.__file__).parent
        page = swagger_ui.generate_swagger_html(
            app.get_openapi_json_schema(**arguments()).replace("</", "<\\/"),
            (folder / "swagger-ui-bundle.min.js").read_text(),
            (folder / "swagger-ui.min.css").read_text(),
            "",
            None,
            False,
        )
        return Response(status_code=200, content_type="text/html", body=page)
