"""Where the platforms are: their own hosts, or one address that stands in for all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from functions.domain.posts.post import Platform

# The newest of Meta's: an expired version is silently answered by another.
GRAPH: Final = "v26.0"


@dataclass(frozen=True, slots=True)
class Hosts:
    """`api` for numbers, `tokens` for those of consents, `pages` for what users open."""

    api: str
    tokens: str
    pages: str


_META: Final = Hosts(
    api="https://graph.facebook.com",
    tokens="https://graph.facebook.com",
    pages="https://www.facebook.com",
)
_REAL: Final[Mapping[Platform, Hosts]] = {
    Platform.YOUTUBE: Hosts(
        api="https://www.googleapis.com",
        tokens="https://oauth2.googleapis.com",
        pages="https://accounts.google.com",
    ),
    Platform.X: Hosts(api="https://api.x.com", tokens="https://api.x.com", pages="https://x.com"),
    Platform.TIKTOK: Hosts(
        api="https://open.tiktokapis.com",
        tokens="https://open.tiktokapis.com",
        pages="https://www.tiktok.com",
    ),
    Platform.FACEBOOK: _META,
    Platform.INSTAGRAM: _META,
}


def hosts_of(platform: Platform, endpoint: str | None = None) -> Hosts:
    """Below `endpoint` each platform has a path of its own."""
    if endpoint is None:
        return _REAL[platform]
    base = f"{endpoint.rstrip('/')}/{platform.value}"
    return Hosts(base, base, base)
