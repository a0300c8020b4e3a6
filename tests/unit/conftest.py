"""Unit tests: no network, no cloud account, and the functions' environment set."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
import pytest_socket

from tests.environment import FAKE_AWS, FUNCTION_ENVIRONMENT
from tests.fakes.world import World

# Handlers read their settings when they are imported, which is before any fixture runs.
os.environ.update(FUNCTION_ENVIRONMENT)


@pytest.fixture(autouse=True)
def _no_network() -> Iterator[None]:
    pytest_socket.disable_socket()
    yield
    pytest_socket.enable_socket()


@pytest.fixture(autouse=True)
def _no_account(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in FAKE_AWS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def world() -> World:
    return World()
