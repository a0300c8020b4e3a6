"""Clients of AWS's services, as the threads of one container come by them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from functions.adapters import aws

THREADS = 8


def test_given_many_threads_when_they_want_one_client_first_then_it_is_made_once(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    aws.client.cache_clear()
    ready = Barrier(THREADS)

    def want(_: int) -> int:
        ready.wait()
        return id(aws.client("sqs"))

    try:
        with ThreadPoolExecutor(THREADS) as threads:
            assert len(set(threads.map(want, range(THREADS)))) == 1
    finally:
        aws.client.cache_clear()
        aws._session.cache_clear()
