"""What Sync.so has made, fetched from the URL that it gives: without our key, behind redirects, as
guarded as a URL of a user's, and no longer or larger than it may be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from functions.adapters.guarded_http import GuardedHttp, Patience
from functions.adapters.guarded_network import FetchError
from functions.domain.errors import UnavailableError
from functions.domain.ingests.addresses import AddressRules, Opening, parse_address
from functions.domain.ingests.web_urls import UrlError, parse_url

MOST_BYTES: Final = 5 * 1024**3
_EXPIRED: Final = {401, 403, 404, 410}
StopRequested = Callable[[], bool]


def rules_for(endpoint: str) -> AddressRules:
    """The internet by HTTPS; on one machine also the simulator, which has no other."""
    parts = urlsplit(endpoint)
    address = parse_address(parts.hostname or "")
    if parts.scheme != "http" or address is None or not address.is_loopback:
        return AddressRules(frozenset({443}))
    opening = Opening(ip_network(f"{address}/{address.max_prefixlen}"), parts.port or 80)
    return AddressRules(frozenset({443}), (opening,))


class SyncSoResults:
    """Raises UnavailableError, whatever is wrong: with another URL, another try may help.
    `lipsync.result_expired` says that just this is the reason."""

    def __init__(
        self,
        rules: AddressRules,
        *,
        http: GuardedHttp | None = None,
        patience: Patience | None = None,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._rules, self._most = rules, most_bytes
        self._http = http or GuardedHttp(rules, patience=patience)

    @contextmanager
    def open(self, url: str) -> Iterator[Iterator[bytes]]:
        """Its chunks, all of them or an error: to be stored as they come."""
        try:
            with self._http.get(parse_url(url, self._rules), {}) as reply:
                if reply.status in _EXPIRED:
                    raise _expired()
                if reply.status != 200:
                    raise _failed("It answers with an error.")
                yield self._whole(reply.chunks, _told(reply.headers.get("content-length")))
        except (UrlError, FetchError) as error:
            # Neither the URL nor where it leads is told: both are secrets.
            raise _failed("It cannot be fetched.") from error

    def fetch(self, url: str, target: Path, stop: StopRequested = lambda: False) -> None:
        """Into a file, which is not there unless it is whole."""
        half = target.with_suffix(".half")
        try:
            with self.open(url) as chunks, half.open("wb") as file:
                for chunk in chunks:
                    if stop():
                        raise _failed("There was no time left.")
                    file.write(chunk)
            half.replace(target)
        finally:
            half.unlink(missing_ok=True)

    def _whole(self, chunks: Iterator[bytes], told: int | None) -> Iterator[bytes]:
        brought = 0
        for chunk in chunks:
            brought += len(chunk)
            if brought > self._most:
                raise _failed("It is larger than it may be.")
            yield chunk
        if brought == 0 or (told is not None and told != brought):
            raise _failed("It broke off.")


def _told(length: str | None) -> int | None:
    return int(length) if length and length.isdecimal() else None


def _expired() -> UnavailableError:
    says = "The link to the finished video ran out. Retry the job."
    return UnavailableError("lipsync.result_expired", says)


def _failed(why: str) -> UnavailableError:
    says = f"The finished video could not be fetched from the provider. {why} Retry the job."
    return UnavailableError("lipsync.result_unreachable", says)
