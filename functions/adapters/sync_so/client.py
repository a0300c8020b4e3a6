"""Calls of Sync.so: bounded in time, in size and in tries, and only here are they tried again."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import httpx

from functions.adapters.sync_so.decoding import (
    ACCOUNT,
    UNKNOWN_OUTCOME,
    code_of,
    error_of,
    unknown_outcome,
)
from functions.domain.lipsync.errors import (
    OutcomeUnknownError,
    ProviderAccountError,
    ProviderError,
    ProviderUnavailableError,
    RefusedError,
)
from functions.domain.lipsync.trouble import trouble_of

MOST_BYTES: Final = 4 * 1024 * 1024
_LONGEST_PAUSE_S: Final = 10.0
_UNHEARD: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class Keys(Protocol):
    """Our keys at the provider."""

    def api_key(self, *, fresh: bool = False) -> str:
        """`fresh` where the one before was refused: it may have been changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds: to connect, for one answer, for all tries together; and how many these are."""

    connect_s: float = 5.0
    answer_s: float = 30.0
    total_s: float = 60.0
    attempts: int = 3
    first_pause_s: float = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """`sent_once` is for what must not be done twice: what comes of it after it was sent may be
    not known. `waits` is how many seconds the answer itself may wait."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = field(default=None, repr=False)
    key: str | None = None
    waits: int = 0

    @property
    def sent_once(self) -> bool:
        return self.key is not None


class SyncSoClient:
    """`pause` and `chance` are for tests. Thread-safe."""

    def __init__(
        self,
        endpoint: str,
        keys: Keys,
        *,
        patience: Patience | None = None,
        pause: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._keys, self._patience = keys, patience or Patience()
        self._pause, self._chance = pause, chance
        # Nothing out of the environment: no proxies, no passwords; and no redirects.
        self._http = httpx.Client(
            base_url=endpoint.rstrip("/"),
            trust_env=False,
            follow_redirects=False,
            limits=httpx.Limits(max_connections=32, max_keepalive_connections=32),
        )

    def close(self) -> None:
        self._http.close()

    def ask(self, call: Call) -> Any:
        """The JSON of a success, None where it has no body. Raises ProviderError."""
        until = time.monotonic() + self._patience.total_s + call.waits
        doubt = False
        for attempt in range(1, self._patience.attempts + 1):
            try:
                return self._asked(call, until)
            except ProviderUnavailableError as error:
                doubt = doubt or not isinstance(error, _UnheardError)
                failed: ProviderError = error
            except OutcomeUnknownError as error:
                if error.generation_id is not None:
                    raise
                doubt, failed = True, error
            except ProviderError as error:
                # What was sent before may have been taken, unless the request itself is wrong.
                if call.sent_once and doubt and not isinstance(error, RefusedError):
                    raise unknown_outcome() from error
                raise
            pause = self._pause_after(attempt, failed)
            if attempt == self._patience.attempts or time.monotonic() + pause >= until:
                break
            self._pause(pause)
        raise unknown_outcome() if call.sent_once and doubt else failed

    def _pause_after(self, attempt: int, error: ProviderError) -> float:
        """Full jitter; or what the service asks for, if that is not too long."""
        longest = min(_LONGEST_PAUSE_S, self._patience.first_pause_s * 2.0 ** (attempt - 1))
        wanted = min(_LONGEST_PAUSE_S, error.retry_after or 0.0)
        return max(wanted, self._chance() * longest)

    def _asked(self, call: Call, until: float) -> Any:
        status, body, retry_after = self._answered(call, until, self._keys.api_key())
        if status == 401:
            status, body, retry_after = self._again_with_fresh_key(call, until, status)
        document = _parsed(body)
        if not 200 <= status < 300:
            if status == 409 and call.sent_once and code_of(document) != UNKNOWN_OUTCOME:
                # The key was taken by something: by which, the list tells.
                raise unknown_outcome(document)
            raise error_of(status, document, retry_after)
        if document is None and body:
            raise _unreadable()
        return document

    def _again_with_fresh_key(
        self, call: Call, until: float, status: int
    ) -> tuple[int, bytes, float | None]:
        before = self._keys.api_key()
        fresh = self._keys.api_key(fresh=True)
        if fresh == before:
            raise ProviderAccountError(ACCOUNT)
        return self._answered(call, until, fresh)

    def _answered(self, call: Call, until: float, api_key: str) -> tuple[int, bytes, float | None]:
        limit = min(self._patience.answer_s + call.waits, max(0.1, until - time.monotonic()))
        try:
            with self._http.stream(
                call.method,
                call.path,
                params=dict(call.query),
                content=call.body,
                headers=_headers(call, api_key),
                timeout=httpx.Timeout(limit, connect=self._patience.connect_s),
            ) as response:
                body = _bounded(response, until)
                return response.status_code, body, _retry_after(response)
        except _UNHEARD as error:
            raise _UnheardError(trouble_of(None)) from error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            raise ProviderUnavailableError(trouble_of(None)) from error


class _UnheardError(ProviderUnavailableError):
    """Nothing was sent at all."""


def _headers(call: Call, api_key: str) -> dict[str, str]:
    headers = {"x-api-key": api_key, "Accept": "application/json", "User-Agent": "Cutroom/1.0"}
    if call.body is not None:
        headers["Content-Type"] = "application/json"
    if call.key is not None:
        headers["Idempotency-Key"] = call.key
    return headers


def _bounded(response: httpx.Response, until: float) -> bytes:
    """An answer that is too long, or too slow, is none."""
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > MOST_BYTES or time.monotonic() > until:
            raise _unreadable()
    return bytes(body)


def _unreadable() -> ProviderUnavailableError:
    return ProviderUnavailableError(trouble_of(None))


def _parsed(body: bytes) -> Any:
    """None for what is no JSON."""
    try:
        return json.loads(body) if body else None
    except (ValueError, RecursionError):
        return None


def _retry_after(response: httpx.Response) -> float | None:
    text = response.headers.get("Retry-After", "").strip()
    return float(text) if text.isdecimal() else None
