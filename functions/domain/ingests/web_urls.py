"""URLs that users give: taken apart strictly, since readers of URLs do not agree on odd ones.

What one reader passes over and another heeds (user names, backslashes, line ends, numbers that
are no usual IPv4) is refused and not mended, so that the host which was checked is the host.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote, urljoin, urlsplit

from functions.domain.ingests.addresses import AddressRules, parse_address

MAX_URL: Final = 4_000
PORTS: Final = {"http": 80, "https": 443}
_NEVER = re.compile(r"[\x00-\x20\x7f-\xa0\\\ud800-\udfff]")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_PERCENT = re.compile(r"%([0-9A-Fa-f]{2})")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_KEPT = "/?%:@!$&'()*+,;=~-._"


class UrlError(ValueError):
    """A URL that is not taken: a stable code and plain words, without the URL."""

    def __init__(self, code: str, says: str) -> None:
        super().__init__(says)
        self.code, self.says = code, says


@dataclass(frozen=True, slots=True)
class WebUrl:
    """`host` is in lower case, an IPv6 address without brackets; `target` is as it was written."""

    scheme: str
    host: str
    port: int
    path: str
    query: str | None

    @property
    def target(self) -> str:
        return self.path if self.query is None else f"{self.path}?{self.query}"

    @property
    def authority(self) -> str:
        """As a Host header has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def address(self) -> str:
        """All but the query, which may carry signatures."""
        return f"{self.scheme}://{self.authority}{self.path}"

    @property
    def text(self) -> str:
        return self.address if self.query is None else f"{self.address}?{self.query}"

    @property
    def file_name(self) -> str | None:
        """The last part of the path, if it has one that can be shown."""
        name = unquote(self.path.rsplit("/", 1)[-1], errors="replace")
        shown = "".join(char for char in name if char.isprintable())
        return shown.strip()[-255:] or None

    def digest(self, user_id: str) -> str:
        """Names the same URL of the same user, however it was written (RFC 3986, section 6.2.2)."""
        path = _without_dots(_usual(self.path))
        query = None if self.query is None else _usual(self.query)
        same = WebUrl(self.scheme, self.host, self.port, path, query).text
        return hashlib.sha256(f"{user_id}\x1f{same}".encode()).hexdigest()


def parse_url(text: str, rules: AddressRules) -> WebUrl:
    """Raises UrlError. A host that is an address is checked; a name is when it is looked up."""
    if len(text) > MAX_URL:
        raise UrlError("url_too_long", f"A URL may have {MAX_URL} characters.")
    if _NEVER.search(text):
        says = "Spaces, control characters and backslashes do not belong into a URL; write %20."
        raise UrlError("url_characters", says)
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise UrlError("url_invalid", "This is no URL.") from None
    scheme = parts.scheme.lower()
    if scheme not in PORTS:
        raise UrlError("url_scheme", "Use a URL that begins with https:// or http://.")
    if "@" in parts.netloc:
        raise UrlError("url_userinfo", "A user name or password in a URL is not taken.")
    if not host:
        raise UrlError("url_host", "The URL names no host.")
    query = parts.query if "?" in text.partition("#")[0] else None
    url = WebUrl(
        scheme=scheme,
        host=_host(host, bracketed="[" in parts.netloc),
        port=PORTS[scheme] if port is None else port,
        path=quote(parts.path, safe=_KEPT) or "/",
        query=None if query is None else quote(query, safe=_KEPT),
    )
    _check(url, rules)
    return url


def follow(url: WebUrl, location: str, rules: AddressRules) -> WebUrl:
    """Where a redirect leads. Raises UrlError; from https it does not lead to http."""
    if _NEVER.search(location):
        raise UrlError("url_characters", "The redirect leads to no URL.")
    try:
        text = urljoin(url.text, location)
    except ValueError:
        raise UrlError("url_invalid", "The redirect leads to no URL.") from None
    found = parse_url(text, rules)
    if url.scheme == "https" and found.scheme == "http":
        raise UrlError("url_downgrade", "The redirect leads from https to http.")
    return found


def _host(text: str, *, bracketed: bool) -> str:
    """Names in ASCII (an international one as xn--), addresses in their usual form only."""
    if bracketed:
        address = parse_address(text)
        if address is None or "%" in text:
            raise UrlError("url_host", "The brackets hold no IPv6 address.")
        return str(address)
    host = text.removesuffix(".").lower()
    if not host.isascii():
        raise UrlError("url_host", "Write the host in ASCII: an international name as xn--….")
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise UrlError("url_host", "The host is no name and no address.")
    number = re.fullmatch(r"[0-9]+|0x[0-9a-f]*", labels[-1])
    if number and (parse_address(host) is None or text != host):
        raise UrlError("url_host", "Write an IPv4 address as four decimal numbers.")
    return host


def _check(url: WebUrl, rules: AddressRules) -> None:
    address = parse_address(url.host)
    if not rules.allows_port(url.port):
        named = ", ".join(str(port) for port in sorted(rules.ports))
        raise UrlError("url_port", f"Use one of the ports {named}.")
    if address is not None and not rules.allows(address, url.port):
        raise UrlError("url_address", "This is no address of the public internet.")


def _usual(text: str) -> str:
    """Percent signs where they are needed, in capitals."""

    def written(found: re.Match[str]) -> str:
        char = chr(int(found[1], 16))
        return char if char in _UNRESERVED else found[0].upper()

    return _PERCENT.sub(written, text)


def _without_dots(path: str) -> str:
    """RFC 3986, section 5.2.4."""
    kept: list[str] = []
    parts = path.split("/")[1:]
    for part in parts:
        if part == "..":
            kept = kept[:-1]
        elif part != ".":
            kept.append(part)
    end = [""] if parts[-1] in {".", ".."} else []
    return "/" + "/".join(kept + end)
