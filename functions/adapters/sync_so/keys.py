"""Our keys at Sync.so: a secret that holds JSON, read again when it may have been changed."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from typing import Final

from functions.adapters.secrets import read_secret
from functions.adapters.sync_so.decoding import ACCOUNT
from functions.domain.errors import UnavailableError
from functions.domain.lipsync.errors import ProviderAccountError, ProviderUnavailableError
from functions.domain.lipsync.trouble import trouble_of

UNSET: Final = "unset"
_GOOD_FOR_S: Final = 300.0


class SecretKeys:
    """`{"api_key": …, "webhook_secret": …}`. Methods raise ProviderAccountError where nobody has
    put them in, ProviderUnavailableError where the secrets store fails."""

    def __init__(
        self,
        arn: str,
        *,
        read: Callable[[str], bytes] = read_secret,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._arn, self._read, self._clock = arn, read, clock
        self._lock = threading.Lock()
        self._known: dict[str, str] = {}
        self._read_at = 0.0

    def api_key(self, *, fresh: bool = False) -> str:
        return self._value("api_key", fresh=fresh)

    def webhook_secret(self, *, fresh: bool = False) -> str:
        return self._value("webhook_secret", fresh=fresh)

    def _value(self, name: str, *, fresh: bool) -> str:
        with self._lock:
            old = self._clock() - self._read_at > _GOOD_FOR_S
            if fresh or old or not self._known:
                self._known = _parsed(self._secret())
                self._read_at = self._clock()
            value = self._known.get(name, "")
        if not value or value == UNSET:
            raise ProviderAccountError(ACCOUNT)
        return value

    def _secret(self) -> bytes:
        try:
            return self._read(self._arn)
        except UnavailableError as error:
            raise ProviderUnavailableError(trouble_of(None)) from error


def _parsed(content: bytes) -> dict[str, str]:
    try:
        found = json.loads(content)
    except ValueError:
        return {}
    if not isinstance(found, dict):
        return {}
    return {name: value for name, value in found.items() if isinstance(value, str)}
