from __future__ import annotations

import pytest

from tests.fakes.bootstrap import install
from tests.fakes.world import World
from tests.unit.api.client import Client


@pytest.fixture(autouse=True)
def _faked(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, world)


@pytest.fixture
def client() -> Client:
    return Client()
