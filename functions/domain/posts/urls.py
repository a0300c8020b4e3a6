"""Addresses of posts: whether one is its platform's own, and which post it names.

Nothing here raises: whatever a user sends is text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, parse_qs, urlsplit

from functions.domain.posts.post import Platform

_HOSTS: Final[Mapping[Platform, tuple[str, ...]]] = {
    Platform.YOUTUBE: ("youtube.com", "youtu.be", "youtube-nocookie.com"),
    Platform.INSTAGRAM: ("instagram.com", "instagr.am"),
    Platform.TIKTOK: ("tiktok.com",),
    Platform.FACEBOOK: ("facebook.com", "fb.com", "fb.watch"),
    Platform.X: ("x.com", "twitter.com"),
}
_VIDEO = r"[A-Za-z0-9_-]{11}"
_CODE = r"[A-Za-z0-9_-]{5,64}"
_DIGITS = r"[0-9]{1,32}"
_STORY = r"(?:[0-9]{1,32}|pfbid[A-Za-z0-9]{1,120})"
# Of the path, without a slash at its end.
_PATHS: Final[Mapping[Platform, tuple[str, ...]]] = {
    Platform.YOUTUBE: (rf"/(?:shorts|live|embed|v|e)/({_VIDEO})",),
    Platform.INSTAGRAM: (rf"/(?:[\w.]+/)?(?:p|reels?|tv)/(?!audio$)({_CODE})(?:/embed.*)?",),
    Platform.TIKTOK: (
        rf"/@[\w.]*/(?:video|photo)/({_DIGITS})",
        rf"/(?:v|embed(?:/v[0-9])?|player/v[0-9])/({_DIGITS})(?:\.html)?",
    ),
    Platform.FACEBOOK: (
        rf"/[^/]+/(?:posts|videos)/(?:[^/]+/)?({_STORY})",
        rf"/groups/[^/]+/(?:posts|permalink)/({_STORY})",
        rf"/reel/({_STORY})",
    ),
    Platform.X: (rf"/(?:i/web|\w+)/status(?:es)?/({_DIGITS})(?:/(?:photo|video)/[0-9])?",),
}
# Addresses that name the post in their query: the path, then the parameter.
_QUERIES: Final[Mapping[Platform, tuple[tuple[str, str, str], ...]]] = {
    Platform.YOUTUBE: ((r"/watch", "v", _VIDEO),),
    Platform.FACEBOOK: (
        (r"/watch(?:/live)?|/video\.php", "v", _STORY),
        (r"/story\.php|/permalink\.php", "story_fbid", _STORY),
        (r"/photo(?:\.php)?", "fbid", _STORY),
    ),
}
_HOST: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")


@dataclass(frozen=True, slots=True)
class Flaw:
    """Why an address is not taken: a stable code and plain words."""

    code: str
    says: str


_UNREADABLE: Final = Flaw("url", "This is not an address.")
_INSECURE: Final = Flaw("not_https", "The address must begin with https://.")
_CREDENTIALS: Final = Flaw("credentials", "The address must hold no user name and no password.")


def flaw_of(platform: Platform, url: str) -> Flaw | None:
    """What is wrong with an address that should be one of the platform's; None if nothing is."""
    parts = _split(url)
    if parts is None:
        return _UNREADABLE
    if parts.scheme != "https":
        return _INSECURE
    if "@" in parts.netloc:
        return _CREDENTIALS
    host = parts.netloc.lower()
    if not _HOST.fullmatch(host) or not _is_of(host, platform):
        known = ", ".join(_HOSTS[platform])
        return Flaw("other_platform", f"An address of {platform} is at {known}.")
    return None


def post_id_of(platform: Platform, url: str) -> str | None:
    """The id of the post, None where the address does not tell it, as short links do not."""
    parts = _split(url)
    if parts is None or flaw_of(platform, url) is not None:
        return None
    path = parts.path.rstrip("/")
    if parts.netloc.lower().endswith("youtu.be"):
        found = re.fullmatch(rf"/({_VIDEO})", path)
        return found[1] if found else None
    return next(_named(platform, path, parts.query), None)


def ids_are_alike(platform: Platform) -> bool:
    """Whether the id in an address is the one that the platform's own API gives; Instagram and
    Facebook have others there."""
    return platform in {Platform.YOUTUBE, Platform.TIKTOK, Platform.X}


def _named(platform: Platform, path: str, query: str) -> Iterator[str]:
    for pattern in _PATHS[platform]:
        found = re.fullmatch(pattern, path, re.ASCII)
        if found:
            yield found[1]
    for pattern, name, value in _QUERIES.get(platform, ()):
        if re.fullmatch(pattern, path):
            yield from (one for one in parse_qs(query).get(name, []) if re.fullmatch(value, one))


def _is_of(host: str, platform: Platform) -> bool:
    return any(host == own or host.endswith(f".{own}") for own in _HOSTS[platform])


def _split(url: str) -> SplitResult | None:
    """None for what browsers might read in another way than we do."""
    if "\\" in url or any(char.isspace() or not char.isprintable() for char in url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return parts if parts.netloc else None
