from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from tests.fakes.bootstrap import install
from tests.fakes.world import World


@pytest.fixture(autouse=True)
def _faked(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    install(monkeypatch, world)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
