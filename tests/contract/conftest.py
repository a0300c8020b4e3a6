"""A local cloud per worker with nothing deployed: bare tables, buckets and pools to hold
the adapters against, beside the fakes that the other tests trust."""

from __future__ import annotations

import socket
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.adapters import aws
from functions.adapters.pyav.prober import PyAvProber
from infra.local import emulator
from infra.local.deployment import client
from infra.local.emulator import CREDENTIALS, Emulator
from tests.contract.shelf import Shelf
from tests.contract.tables import make_tables


@pytest.fixture(scope="session")
def bare_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    home = tmp_path_factory.mktemp("bare-cloud")
    # Said beforehand: workers that start side by side would find the same port free.
    (home / "port").write_text(str(_any_port()))
    running = emulator.start(home, keep_objects=False)
    try:
        yield running
    finally:
        running.stop()


def _any_port() -> int:
    with socket.socket() as probe:
        probe.bind((emulator.HOST, 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="package", autouse=True)
def _adapters_reach_it(bare_cloud: Emulator) -> Iterator[None]:
    """The adapters make their clients from the environment, once per process."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in CREDENTIALS.items():
            patch.setenv(name, value)
        patch.setenv("AWS_ENDPOINT_URL", bare_cloud.endpoint)
        _forget_clients()
        yield
    _forget_clients()


def _forget_clients() -> None:
    aws.client.cache_clear()
    aws._session.cache_clear()


@pytest.fixture(scope="session")
def tables(bare_cloud: Emulator) -> dict[str, str]:
    """Names of empty tables by what they hold, defined as the template defines them."""
    return make_tables(client(bare_cloud, "dynamodb"))


@pytest.fixture(scope="session")
def bucket(bare_cloud: Emulator) -> str:
    client(bare_cloud, "s3").create_bucket(Bucket="contract")
    return "contract"


@pytest.fixture(scope="session")
def versioned_bucket(bare_cloud: Emulator) -> str:
    s3 = client(bare_cloud, "s3")
    s3.create_bucket(Bucket="contract-versions")
    s3.put_bucket_versioning(
        Bucket="contract-versions", VersioningConfiguration={"Status": "Enabled"}
    )
    return "contract-versions"


@pytest.fixture(scope="session")
def shelf(bare_cloud: Emulator, bucket: str, tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    folder = tmp_path_factory.mktemp("shelf")
    return Shelf(client(bare_cloud, "s3"), bucket, folder, PyAvProber(bucket))


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


@pytest.fixture
def fresh() -> str:
    """A text that no other test uses: part of an id or a key."""
    return uuid.uuid4().hex
