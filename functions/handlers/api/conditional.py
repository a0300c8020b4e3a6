"""ETag, If-Match and If-None-Match (RFC 9110, section 13): what a client has read is a version."""

from __future__ import annotations

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from pydantic import BaseModel

from functions.handlers.api.request import answer

_TAG = re.compile(r'(W/)?"([^"]*)"')
# A version of ours, and the mark beside it if there is one.
_VERSION = re.compile(r"([1-9][0-9]{0,14})(?:-\w+)?")
Versions = frozenset[int] | None


def accepted(router: Router) -> Versions:
    """The versions that If-Match names; None without it, or for `*`.

    What is no version of ours can match nothing, and neither can a weak tag.
    """
    text = _header(router, "if-match")
    if text is None or text.strip() == "*":
        return None
    strong = (tag for weak, tag in _TAG.findall(text) if not weak)
    return frozenset(int(found[1]) for found in map(_VERSION.fullmatch, strong) if found)


def versioned(
    router: Router,
    body: BaseModel,
    version: int,
    status: HTTPStatus = HTTPStatus.OK,
    headers: Mapping[str, str] | None = None,
    mark: str = "",
) -> Response[Any]:
    """An answer with its ETag; 304 if a GET says that the client has it.

    `mark` tells apart what time alone makes different.
    """
    tag = f'"{version}{mark}"'
    if known(router, tag):
        return answer(None, HTTPStatus.NOT_MODIFIED, {"ETag": tag})
    return answer(body, status, {"ETag": tag, **(headers or {})})


def known(router: Router, tag: str) -> bool:
    """Whether a GET says that the client has it."""
    told = _header(router, "if-none-match")
    reading = router.current_event.http_method == "GET"
    return bool(reading and told and (told.strip() == "*" or tag in _named(told)))


def _named(text: str) -> set[str]:
    """Weak comparison: `W/` is passed over."""
    return {f'"{tag}"' for _, tag in _TAG.findall(text)}


def _header(router: Router, name: str) -> str | None:
    headers: Mapping[str, str] = router.current_event.raw_event.get("headers") or {}
    return headers.get(name)
