"""The deployed template on a local cloud of this run's own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.cloud import Cloud
from tests.support.session_cloud import shared_cloud


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Cloud]:
    """One cloud for all parallel workers: their base folders share a parent."""
    base = tmp_path_factory.getbasetemp()
    home = (base if worker_id == "master" else base.parent) / "cloud"
    with shared_cloud(home) as outputs:
        yield Cloud(outputs)
