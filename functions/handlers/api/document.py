"""The OpenAPI document, generated from the routes, and the page that shows it."""

from __future__ import annotations

from typing import Any, Final

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.openapi.models import HTTPBearer, Tag

TITLE: Final = "Cutroom"
VERSION: Final = "0.1.0"
_SAYS: Final = (
    "Upload a video, get it back in segments. Errors are problem details (RFC 9457) with a stable "
    "`code`; lists are paged by an opaque `cursor`; a POST with an `Idempotency-Key` is done once."
)
_ARGUMENTS: Final[dict[str, Any]] = {
    "title": TITLE,
    "version": VERSION,
    "description": _SAYS,
    "tags": [Tag(name=name) for name in ("uploads", "videos", "pipeline", "segments", "system")],
    "security_schemes": {
        "token": HTTPBearer(bearerFormat="JWT", description="An access token of the user pool")
    },
    "security": [{"token": []}],
}


def describe(app: APIGatewayHttpResolver) -> None:
    """Add `/docs` and `/openapi.json`."""
    app.enable_swagger(path="/docs", **_ARGUMENTS)

    @app.get("/openapi.json", include_in_schema=False)
    def openapi() -> Response[str]:
        return Response(
            status_code=200,
            content_type="application/json",
            body=app.get_openapi_json_schema(**_ARGUMENTS),
        )
