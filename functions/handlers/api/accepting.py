"""Which form a client wants: by a parameter, or by Accept (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from aws_lambda_powertools.event_handler.api_gateway import Router

from functions.domain.errors import CutroomError

# The first is what those get to whom all are alike.
FORMATS: Final[Mapping[str, tuple[str, ...]]] = {
    "json": ("application/json",),
    "vtt": ("text/vtt",),
    "srt": ("application/x-subrip", "text/srt", "application/srt"),
    "txt": ("text/plain",),
}


class NotAcceptableError(CutroomError):
    status = 406


TABLES: Final[Mapping[str, tuple[str, ...]]] = {
    "json": ("application/json",),
    "csv": ("text/csv",),
}


def chosen_format(
    router: Router, asked: str | None, formats: Mapping[str, tuple[str, ...]] = FORMATS
) -> str:
    """A name of `formats`. Raises NotAcceptableError where there is none that is accepted."""
    if asked is not None:
        return asked
    headers: Mapping[str, str] = router.current_event.raw_event.get("headers") or {}
    ranges = list(_ranges(headers.get("accept", "")))
    if not ranges:
        return "json"
    scores = {name: max(_quality(kind, ranges) for kind in formats[name]) for name in formats}
    best = max(scores, key=lambda name: scores[name])
    if not scores[best]:
        kinds = ", ".join(kind for kinds in formats.values() for kind in kinds[:1])
        raise NotAcceptableError("request.not_acceptable", f"This is had as {kinds}.")
    return best


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    for part in accept.split(","):
        kind, *parameters = (word.strip().lower() for word in part.split(";"))
        if kind:
            yield kind, _weight(parameters)


def _weight(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                return min(max(float(value), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def _quality(kind: str, ranges: list[tuple[str, float]]) -> float:
    """Of the most specific range that a type falls into."""
    for wanted in (kind, f"{kind.partition('/')[0]}/*", "*/*"):
        weights = [weight for named, weight in ranges if named == wanted]
        if weights:
            return max(weights)
    return 0.0
