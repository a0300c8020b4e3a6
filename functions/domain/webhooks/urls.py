"""URLs that events may be sent to."""

from __future__ import annotations

from functions.domain.ingests.addresses import AddressRules
from functions.domain.ingests.web_urls import UrlError, WebUrl, parse_url


def receiver_url(text: str, rules: AddressRules) -> WebUrl:
    """Raises UrlError. It is https; plain http just at a port that the settings of one machine have
    opened, and that is none of the public ones."""
    try:
        url = parse_url(text, rules)
    except UrlError as error:
        if error.code == "url_port" and text[:5].lower() == "http:":
            raise _no_https() from error
        raise
    if "#" in text:
        raise UrlError("url_fragment", "A fragment (#…) is never sent; leave it out.")
    if url.scheme != "https" and url.port in rules.ports:
        raise _no_https()
    return url


def _no_https() -> UrlError:
    return UrlError("url_scheme", "Events are sent over https only.")
