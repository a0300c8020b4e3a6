"""What comes in and what goes out, as the five platforms see it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request: `path` is below the platform's own, header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    form: Mapping[str, str] = field(default_factory=dict)
    body: Any = None

    @property
    def bearer(self) -> str:
        """The token of the header, or of a parameter, which Google and Meta take as well."""
        kind, _, token = self.headers.get("authorization", "").partition(" ")
        if kind.lower() in {"bearer", "oauth"}:
            return token
        return self.form.get("access_token", self.query.get("access_token", ""))

    def at(self, url: str) -> Call:
        """A request within a batch: with its own path and query."""
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        token = query.get("access_token", self.bearer)
        headers = {**self.headers, "authorization": f"Bearer {token}"}
        return Call(method="GET", path=f"/{parts.path.lstrip('/')}", query=query, headers=headers)


@dataclass(frozen=True, slots=True)
class Answer:
    """`body` goes out as JSON; None: no body."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class WrongError(Exception):
    """The call is refused, in the platform's own words."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def sent(raw: bytes, content_type: str) -> tuple[dict[str, str], Any]:
    """A form's fields and a JSON body; one of them is empty."""
    if "json" in content_type:
        try:
            return {}, json.loads(raw or b"null")
        except ValueError:
            return {}, None
    return dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True)), None
