"""Connections that only go where the rules allow: a network backend for httpcore.

A name is looked up once for a connection, all its addresses are checked, and one of just these is
connected to: so whoever owns the name cannot answer the check with one address and the connection
with another. TLS and the Host header keep the name, which httpcore hands on by itself.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from ssl import SSLCertVerificationError, SSLContext
from typing import Any

import httpcore

from functions.domain.ingests.addresses import Address, AddressRules, parse_address

MOST_TRIED = 4
Resolve = Callable[[str, int], list[Address]]


class Trouble(StrEnum):
    """Why nothing came of a request, or no more."""

    REFUSED = "refused_address"
    UNREACHABLE = "unreachable"
    CERTIFICATE = "certificate"
    REDIRECTS = "redirects"
    BAD_ANSWER = "bad_answer"
    INTERRUPTED = "interrupted"
    TOO_SLOW = "too_slow"


class FetchError(Exception):
    """`says` is for the user and holds no URL; `passing` is whether trying again may help."""

    def __init__(self, trouble: Trouble, says: str, *, passing: bool = False) -> None:
        super().__init__(f"{trouble}: {says}")
        self.trouble, self.says, self.passing = trouble, says, passing


@dataclass
class Deadline:
    """A moment by which something must be there, on the monotonic clock."""

    seconds: float
    _until: float = field(init=False)

    def __post_init__(self) -> None:
        self._until = time.monotonic() + self.seconds

    def left(self, at_most: float | None) -> float:
        """Seconds that one wait may take. Raises FetchError when none are left."""
        left = self._until - time.monotonic()
        if left <= 0:
            raise FetchError(Trouble.TOO_SLOW, "The source did not answer in time.", passing=True)
        return left if at_most is None else min(left, at_most)

    def lift(self) -> None:
        """What had to be there is there."""
        self._until = float("inf")


def system_addresses(host: str, port: int) -> list[Address]:
    """All addresses of a name, as the system finds them. An address is its own."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    read = [parse_address(str(address[0])) for *_, address in found]
    # One that cannot be read is one that cannot be checked.
    return [address for address in read if address] if None not in read else []


class GuardedBackend(httpcore.NetworkBackend):
    """Hand one to a connection pool; every connection of the pool passes the rules."""

    def __init__(
        self,
        rules: AddressRules,
        deadline: Deadline,
        resolve: Resolve = system_addresses,
        inner: httpcore.NetworkBackend | None = None,
    ) -> None:
        self._rules, self._deadline, self._resolve = rules, deadline, resolve
        self._inner = inner or httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Raises FetchError for what is refused, httpcore's errors for what does not answer."""
        failed: Exception | None = None
        for address in self.check(host, port)[:MOST_TRIED]:
            wait = self._deadline.left(timeout)
            try:
                stream = self._inner.connect_tcp(str(address), port, wait, None, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
                continue
            return _Bounded(_checked_peer(stream, address), self._deadline)
        raise failed or httpcore.ConnectError("no address")

    def check(self, host: str, port: int) -> list[Address]:
        """The addresses of a name, all of which may be reached. Raises FetchError."""
        found = list(dict.fromkeys(_looked_up(self._resolve, host, port, self._deadline)))
        if not found or not self._rules.allow_all(found, port):
            raise FetchError(
                Trouble.REFUSED,
                "The URL, or a redirect of it, leads to an address that is not on the public "
                "internet. Give one that everybody can reach.",
            )
        return found

    def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
        raise FetchError(Trouble.REFUSED, "The URL leads to this machine.")


def _checked_peer(stream: httpcore.NetworkStream, address: Address) -> httpcore.NetworkStream:
    """Whom we are connected to is whom we have checked."""
    peer = parse_address(str(stream.get_extra_info("server_addr")[0]))
    if peer != address:
        stream.close()
        raise FetchError(Trouble.REFUSED, "The connection leads elsewhere than it should.")
    return stream


def _looked_up(resolve: Resolve, host: str, port: int, deadline: Deadline) -> list[Address]:
    """The system's look-up cannot be told to hurry: it is left behind when it takes too long."""
    answers: list[list[Address] | Exception] = []

    def ask() -> None:
        try:
            answers.append(resolve(host, port))
        except (OSError, UnicodeError) as error:
            answers.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(deadline.left(None))
    match answers:
        case [list() as found]:
            return found
        case [socket.gaierror() as error] if error.errno == socket.EAI_AGAIN:
            raise FetchError(Trouble.UNREACHABLE, "The host's name cannot be looked up now.",
                             passing=True)  # fmt: skip
        case [Exception()]:
            raise FetchError(Trouble.UNREACHABLE, "The host has no address: is its name right?")
    deadline.left(None)
    raise FetchError(Trouble.UNREACHABLE, "The host's name is not found in time.", passing=True)


class _Bounded(httpcore.NetworkStream):
    """No wait goes beyond the deadline: one byte now and then does not keep it off."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: Deadline) -> None:
        self._inner, self._deadline = inner, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        wait = self._deadline.left(timeout)
        try:
            stream = self._inner.start_tls(ssl_context, server_hostname, wait)
        except httpcore.ConnectError as error:
            if isinstance(error.__cause__, SSLCertVerificationError):
                says = f"The host's certificate is not right: {error.__cause__.verify_message}."
                raise FetchError(Trouble.CERTIFICATE, says) from error
            raise
        return _Bounded(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
