from __future__ import annotations

import json

import pytest

from functions.adapters.sync_so.keys import SecretKeys
from functions.domain.errors import UnavailableError
from functions.domain.lipsync.errors import ProviderAccountError, ProviderUnavailableError


class _Store:
    def __init__(self, *values: object) -> None:
        self._values, self.reads = list(values), 0

    def read(self, _: str) -> bytes:
        self.reads += 1
        value = self._values.pop(0) if len(self._values) > 1 else self._values[0]
        if isinstance(value, Exception):
            raise value
        return value if isinstance(value, bytes) else json.dumps(value).encode()


def test_given_a_secret_when_asked_for_twice_then_it_is_read_once():
    store, now = _Store({"api_key": "sk-1", "webhook_secret": "whsec_1"}), [1_000.0]
    keys = SecretKeys("arn", read=store.read, clock=lambda: now[0])

    assert (keys.api_key(), keys.webhook_secret(), store.reads) == ("sk-1", "whsec_1", 1)
    now[0] += 301
    assert (keys.api_key(), store.reads) == ("sk-1", 2)


def test_given_a_changed_key_when_asked_for_afresh_then_the_new_one_is_told():
    store = _Store({"api_key": "sk-1"}, {"api_key": "sk-2"})
    keys = SecretKeys("arn", read=store.read)

    assert (keys.api_key(), keys.api_key(fresh=True), keys.api_key()) == ("sk-1", "sk-2", "sk-2")


@pytest.mark.parametrize("value", [{}, {"api_key": "unset"}, {"api_key": 7}, [], b"{", b""])
def test_given_no_key_when_asked_for_then_our_operator_is_needed(value: object):
    with pytest.raises(ProviderAccountError):
        SecretKeys("arn", read=_Store(value).read).api_key()


def test_given_no_secrets_store_when_asked_for_then_another_try_may_help():
    store = _Store(UnavailableError("dependency.unavailable", "It failed."))
    with pytest.raises(ProviderUnavailableError):
        SecretKeys("arn", read=store.read).api_key()
