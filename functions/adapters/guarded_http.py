"""Requests to hosts that users name: guarded, bounded, and without anything that a client adds.

httpcore is used as it is, so that there are no cookies, no proxies or passwords out of the
environment and no unpacking of bodies to be switched off. Redirects of a GET are followed here,
each checked as the first URL was, over a connection of its own. Those of a POST are not.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache

import certifi
import httpcore

from functions.adapters.guarded_network import (
    Deadline,
    FetchError,
    GuardedBackend,
    Resolve,
    Trouble,
    system_addresses,
)
from functions.domain.ingests.addresses import AddressRules
from functions.domain.ingests.web_urls import UrlError, WebUrl, follow

MAX_REDIRECTS = 5
MOST_READ = 16 * 1024
REDIRECTS = {301, 302, 303, 307, 308}
HEADERS = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "Cutroom/1.0"}
_LOST = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.RemoteProtocolError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds: to connect, till the last hop's headers are there, between two reads. A body that
    brings less than `least_bytes` in `window_s` of waiting is too slow."""

    connect_s: float = 10
    head_s: float = 30
    idle_s: float = 20
    window_s: float = 60
    least_bytes: int = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Posted:
    """Header names are in lower case."""

    status: int
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reply:
    """Header names are in lower case; the values of a repeated one are joined by commas.

    The chunks raise FetchError where the connection is lost or too slow.
    """

    status: int
    headers: Mapping[str, str]
    chunks: Iterator[bytes]


class GuardedHttp:
    """`rules` say which addresses and ports may be reached."""

    def __init__(
        self,
        rules: AddressRules,
        *,
        patience: Patience | None = None,
        resolve: Resolve = system_addresses,
        inner: httpcore.NetworkBackend | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._rules, self._patience = rules, patience or Patience()
        self._resolve, self._inner, self._tls = resolve, inner, tls

    @contextmanager
    def get(self, url: WebUrl, headers: Mapping[str, str]) -> Iterator[Reply]:
        """The answer behind all redirects. Raises FetchError."""
        deadline = Deadline(self._patience.head_s)
        for _ in range(MAX_REDIRECTS + 1):
            with self._asked(url, headers, deadline) as response:
                found = _headers(response)
                if response.status not in REDIRECTS:
                    deadline.lift()
                    yield Reply(response.status, found, self._chunks(response))
                    return
            url = self._next(url, found.get("location"))
        raise FetchError(Trouble.REDIRECTS, f"There are more than {MAX_REDIRECTS} redirects.")

    def check(self, url: WebUrl) -> None:
        """Look the host's name up, as a request would. Raises FetchError."""
        deadline = Deadline(self._patience.head_s)
        GuardedBackend(self._rules, deadline, self._resolve, self._inner).check(url.host, url.port)

    def post(self, url: WebUrl, headers: Mapping[str, str], body: bytes) -> Posted:
        """The answer to one request, whatever it is, by `head_s` at the latest. Raises FetchError.

        Of its body just the first `MOST_READ` bytes are taken off the line, to end it politely.
        """
        deadline = Deadline(self._patience.head_s)
        sized = {**headers, "Content-Length": str(len(body))}
        with self._asked(url, sized, deadline, "POST", body) as response:
            posted = Posted(response.status, _headers(response))
            _drain(response)
        return posted

    @contextmanager
    def _asked(
        self,
        url: WebUrl,
        headers: Mapping[str, str],
        deadline: Deadline,
        method: str = "GET",
        body: bytes | None = None,
    ) -> Iterator[httpcore.Response]:
        backend = GuardedBackend(self._rules, deadline, self._resolve, self._inner)
        patience = self._patience
        waits = {"connect": patience.connect_s, "read": patience.idle_s, "write": patience.idle_s}
        tls = (self._tls or _tls()) if url.scheme == "https" else None
        with httpcore.ConnectionPool(
            ssl_context=tls, max_connections=1, http2=False, network_backend=backend
        ) as pool:
            request = httpcore.Request(
                method,
                httpcore.URL(scheme=url.scheme, host=url.host, port=url.port, target=url.target),
                headers=[("Host", url.authority), *{**HEADERS, **headers}.items()],
                content=body,
                extensions={"timeout": waits},
            )
            response = _answered(pool, request)
            try:
                yield response
            finally:
                response.close()

    def _next(self, url: WebUrl, location: str | None) -> WebUrl:
        if location is None:
            raise FetchError(Trouble.REDIRECTS, "The source redirects to nowhere.")
        try:
            return follow(url, location, self._rules)
        except UrlError as error:
            refused = error.code in {"url_address", "url_port"}
            trouble = Trouble.REFUSED if refused else Trouble.REDIRECTS
            raise FetchError(trouble, f"A redirect is not followed. {error.says}") from error

    def _chunks(self, response: httpcore.Response) -> Iterator[bytes]:
        """Only the time that is spent waiting for the source counts."""
        chunks, waited, brought = response.iter_stream(), 0.0, 0
        while True:
            began = time.monotonic()
            try:
                chunk = next(chunks, None)
            except _LOST as error:
                raise _lost(error) from error
            if chunk is None:
                return
            waited, brought = waited + time.monotonic() - began, brought + len(chunk)
            if waited >= self._patience.window_s:
                if brought < self._patience.least_bytes:
                    raise FetchError(Trouble.TOO_SLOW, "The source sends too slowly.", passing=True)
                waited, brought = 0.0, 0
            yield chunk


@cache
def _tls() -> ssl.SSLContext:
    """With the certificates that come with the code: the same ones wherever it runs."""
    return ssl.create_default_context(cafile=certifi.where())


def _answered(pool: httpcore.ConnectionPool, request: httpcore.Request) -> httpcore.Response:
    try:
        return pool.handle_request(request)
    except _LOST as error:
        raise _unreached(error) from error


def _drain(response: httpcore.Response) -> None:
    """A status is an answer, however its body goes on."""
    taken = 0
    with suppress(FetchError, *_LOST):
        for chunk in response.iter_stream():
            taken += len(chunk)
            if taken >= MOST_READ:
                return


def _unreached(error: Exception) -> FetchError:
    if isinstance(error, httpcore.RemoteProtocolError) and "disconnected" not in str(error):
        return FetchError(Trouble.BAD_ANSWER, "The source does not answer as HTTP does.")
    if isinstance(error, httpcore.ReadTimeout | httpcore.WriteTimeout):
        says = "The source did not answer in time."
        return FetchError(Trouble.TOO_SLOW, says, passing=True)
    says = "The host cannot be reached. Is the URL right, and the host up?"
    return FetchError(Trouble.UNREACHABLE, says, passing=True)


def _lost(error: Exception) -> FetchError:
    if isinstance(error, httpcore.TimeoutException):
        return FetchError(Trouble.TOO_SLOW, "The source stopped sending.", passing=True)
    says = "The connection broke off before all was there."
    return FetchError(Trouble.INTERRUPTED, says, passing=True)


def _headers(response: httpcore.Response) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in response.headers:
        key, text = name.decode("ascii").lower(), value.decode("latin-1")
        found[key] = f"{found[key]}, {text}" if key in found else text
    return found
