"""The deployed template on a local cloud of this run's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cloud import Cloud
from tests.support.session_cloud import shared_cloud


@pytest.fixture(scope="session")
def cloud_home(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The folder of the one cloud of all parallel workers: their base folders share a parent."""
    base = tmp_path_factory.getbasetemp()
    return (base if worker_id == "master" else base.parent) / "cloud"


@pytest.fixture(scope="session")
def cloud(cloud_home: Path) -> Iterator[Cloud]:
    with shared_cloud(cloud_home) as outputs:
        yield Cloud(outputs)
