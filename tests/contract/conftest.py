"""A local cloud per worker with nothing deployed: bare tables, buckets and pools to hold
the adapters against, beside the fakes that the other tests trust.

With DYNAMODB_ENGINE=dynamodb-local in the environment the tables are AWS's DynamoDB Local's.
"""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from functions.adapters import aws
from functions.adapters.pyav.prober import PyAvProber
from infra.local import emulator
from infra.local.deployment import client
from infra.local.emulator import CREDENTIALS, REGION, Emulator
from tests.contract.shelf import Shelf
from tests.contract.tables import make_tables
from tests.support.dynamodb_local import ACCOUNT, dynamodb_local


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


@pytest.fixture(scope="session")
def dynamodb_environment(bare_cloud: Emulator) -> Iterator[dict[str, str]]:
    """What the tables are reached by."""
    if os.environ.get("DYNAMODB_ENGINE") != "dynamodb-local":
        yield {**CREDENTIALS, "AWS_ENDPOINT_URL_DYNAMODB": bare_cloud.endpoint}
        return
    with dynamodb_local() as endpoint:
        yield {**ACCOUNT, "AWS_ENDPOINT_URL_DYNAMODB": endpoint}


@pytest.fixture(scope="package", autouse=True)
def _adapters_reach_it(
    bare_cloud: Emulator, dynamodb_environment: dict[str, str]
) -> Iterator[None]:
    """The adapters make their clients from the environment, once per process."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in dynamodb_environment.items():
            patch.setenv(name, value)
        patch.setenv("AWS_ENDPOINT_URL", bare_cloud.endpoint)
        _forget_clients()
        yield
    _forget_clients()


def _forget_clients() -> None:
    aws.client.cache_clear()
    aws._session.cache_clear()


@pytest.fixture(scope="session")
def tables(dynamodb_environment: dict[str, str]) -> dict[str, str]:
    """Names of empty tables by what they hold, defined as the template defines them."""
    reached = dynamodb_environment
    dynamodb = boto3.client(
        "dynamodb",
        endpoint_url=reached["AWS_ENDPOINT_URL_DYNAMODB"],
        region_name=REGION,
        aws_access_key_id=reached["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=reached["AWS_SECRET_ACCESS_KEY"],
    )
    return make_tables(dynamodb)


@pytest.fixture(scope="session")
def kms_key(bare_cloud: Emulator) -> str:
    return str(client(bare_cloud, "kms").create_key()["KeyMetadata"]["Arn"])


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
