"""Answers that are had as JSON and as CSV, with links to what goes with them (RFC 8288)."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from pydantic import BaseModel

from functions.domain.analytics.csv_text import TYPE
from functions.handlers.api.request import answer

MEANING = '</api/social/definitions>; rel="describedby"; type="application/json"'


def json_answer(body: BaseModel, next_page: str | None = None) -> Response[Any]:
    return answer(body, HTTPStatus.OK, {"Vary": "Accept", **_links(next_page)})


def csv_answer(text: str, next_page: str | None = None) -> Response[Any]:
    """Its columns mean what the definitions say."""
    return Response(
        status_code=HTTPStatus.OK,
        content_type=TYPE,
        body=text,
        headers={"Vary": "Accept", **_links(next_page, MEANING)},
    )


def page_after(router: Router, cursor: str | None) -> str | None:
    """Where the next page of this list is, relative to the host."""
    if cursor is None:
        return None
    event = router.current_event.raw_event
    given: Mapping[str, str] = event.get("queryStringParameters") or {}
    return f"{event['rawPath']}?{urlencode({**given, 'cursor': cursor})}"


def _links(next_page: str | None, *others: str) -> dict[str, str]:
    links = [*others, *([f'<{next_page}>; rel="next"'] if next_page else [])]
    return {"Link": ", ".join(links)} if links else {}
