"""The OpenAPI document, and the page that shows it; both are written when they are asked for."""

from __future__ import annotations

import functools
import json
from pathlib import Path

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response


def describe(app: APIGatewayHttpResolver) -> None:
    """Add `/docs` and `/openapi.json`."""

    @app.get("/openapi.json", include_in_schema=False)
    def openapi() -> Response[str]:
        return Response(status_code=200, content_type="application/json", body=_text(app))

    @app.get("/docs", include_in_schema=False)
    def docs() -> Response[str]:
        return Response(status_code=200, content_type="text/html", body=_page(_text(app)))


@functools.cache
def _text(app: APIGatewayHttpResolver) -> str:
    from functions.handlers.api.openapi import build  # noqa: PLC0415  (costly, rarely used)

    return json.dumps(build(app))


def _page(document: str) -> str:
    """All in one file, so that it needs nothing from elsewhere."""
    from aws_lambda_powertools.event_handler.openapi import swagger_ui  # noqa: PLC0415

    folder = Path(swagger_ui.__file__).parent
    page = swagger_ui.generate_swagger_html(
        document.replace("</", "<\\/"),
        (folder / "swagger-ui-bundle.min.js").read_text(),
        (folder / "swagger-ui.min.css").read_text(),
        "",
        None,
    )
    # The library's own address of the document is another one.
    return page.replace('currentUrl.pathname + "?format=json"', '"openapi.json"')
