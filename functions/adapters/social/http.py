"""Calls to a platform: bounded in time, in size and in tries, which are made here and nowhere else.

A try is repeated where the platform was down: after a growing wait with jitter, and never where the
request may have been heeded already and is good for once only (`once`).
"""

from __future__ import annotations

import json
import logging
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from functions.domain.platforms.errors import PlatformDownError, PlatformError
from functions.domain.posts.post import Platform
from functions.domain.times import utc_now

if TYPE_CHECKING:
    import httpx

T = TypeVar("T")
MOST_BYTES: Final = 8 * 1024 * 1024
# An answer that comes byte by byte, each in time, has no more than so many waits for a byte in all.
_WAITS: Final = 2
Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`once`: of two of them only the first would be right."""

    method: str
    url: str
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    body: Json | None = None
    once: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """`body` is None where it is no JSON; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: Any

    def part(self, name: str) -> Json:
        """An object within the body, an empty one where there is none."""
        return part(self.body, name)


@dataclass(frozen=True, slots=True)
class Answered(Generic[T]):
    """What was read of the answer, and how many requests it took."""

    value: T
    calls: int


class PlatformHttp:
    """`sleep` and `clock` are the test's."""

    def __init__(
        self,
        platform: Platform,
        *,
        read_seconds: float = 15,
        attempts: int = 3,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.platform, self.now = platform, clock
        self._read_seconds, self._attempts, self._sleep = read_seconds, attempts, sleep
        self._client: httpx.Client | None = None

    def call(
        self, request: Request, read: Callable[[Reply], T], *, attempts: int | None = None
    ) -> Answered[T]:
        """`read` raises PlatformDownError for an answer that is worth another try, and other
        kinds of PlatformError for good. Raises PlatformError with the number of its `calls`."""
        tries = attempts or self._attempts
        for attempt in range(1, tries + 1):
            try:
                return Answered(read(self._send(request)), attempt)
            except PlatformError as error:
                error.calls = attempt
                if attempt == tries or not _repeatable(error, request):
                    raise
            self.wait(attempt)
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Let go of connections that are kept; another call opens new ones."""
        if self._client is not None:
            self._client.close()
            self._client = None

    def wait(self, attempt: int) -> None:
        """Before the next try."""
        self._sleep(random.uniform(0.1, 0.5) * 2**attempt)  # noqa: S311

    def _send(self, request: Request) -> Reply:
        import httpx  # noqa: PLC0415  (only who calls a platform pays for it)

        try:
            with self._opened().stream(
                request.method,
                request.url,
                params=request.params or None,
                headers=request.headers,
                data=request.form,
                json=request.body,
            ) as response:
                return self._read(response)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise self.down(type(error).__name__, sent=False) from error
        except httpx.HTTPError as error:
            raise self.down(type(error).__name__) from error

    def _read(self, response: httpx.Response) -> Reply:
        taken = bytearray()
        ends = time.monotonic() + _WAITS * self._read_seconds
        for piece in response.iter_bytes():
            taken += piece
            if time.monotonic() > ends:
                raise self.down("too_slow")
            if len(taken) > MOST_BYTES:
                raise self.down("too_large")
        headers = {name.lower(): value for name, value in response.headers.items()}
        try:
            body = json.loads(taken)
        except ValueError as error:
            if response.status_code < 300:
                raise self.down("unreadable") from error
            body = None
        if response.status_code >= 500 or 300 <= response.status_code < 400:
            raise self.down(f"http_{response.status_code}")
        return Reply(response.status_code, headers, body)

    def down(self, reason: str, *, sent: bool = True) -> PlatformDownError:
        return PlatformDownError(self.platform, reason, sent=sent)

    def _opened(self) -> httpx.Client:
        """Redirects, proxies and passwords of the environment have no part in it."""
        import httpx  # noqa: PLC0415

        if self._client is None:
            # It logs whole addresses, and some have tokens in them.
            logging.getLogger("httpx").setLevel(logging.WARNING)
            logging.getLogger("httpcore").setLevel(logging.WARNING)
            self._client = httpx.Client(
                timeout=httpx.Timeout(self._read_seconds, connect=5.0),
                headers={"User-Agent": "Cutroom/1.0", "Accept": "application/json"},
                follow_redirects=False,
                trust_env=False,
            )
        return self._client


def _repeatable(error: PlatformError, request: Request) -> bool:
    return isinstance(error, PlatformDownError) and not (request.once and error.sent)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def part(body: Any, name: str) -> Json:
    found = body.get(name) if isinstance(body, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def rows(body: Any, name: str) -> list[Json]:
    """Objects of a list within an object."""
    found = body.get(name) if isinstance(body, Mapping) else None
    return [row for row in found if isinstance(row, Mapping)] if isinstance(found, list) else []


def count(value: Any) -> int | None:
    """A number of people's acts: whole and not negative, also where it comes as text."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    if isinstance(value, str) and not (value.isascii() and value.isdigit() and len(value) < 20):
        return None
    return int(value) if int(value) >= 0 else None


def word(value: Any) -> str:
    """A code of theirs, short enough to be kept and logged."""
    text = str(value) if isinstance(value, str | int) else ""
    return "".join(char for char in text if char.isalnum() or char in "_-./")[:60] or "unknown"
