from __future__ import annotations

import pytest

from functions.runtime import idempotency
from tests.fakes.bootstrap import install
from tests.fakes.idempotency import FakeIdempotencyLayer
from tests.fakes.world import World
from tests.unit.api.client import Client


@pytest.fixture(autouse=True)
def _faked(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, world)


@pytest.fixture
def client() -> Client:
    return Client()


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> FakeIdempotencyLayer:
    """The answers that are kept by Idempotency-Key."""
    made = FakeIdempotencyLayer()
    monkeypatch.setattr(idempotency, "_layer", lambda _: made)
    return made
