"""Where the tables are: the local cloud with an ordered index, or AWS's DynamoDB Local."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from botocore.config import Config

from functions.adapters import aws
from infra.local import emulator
from infra.local.emulator import CREDENTIALS
from tests.bench.scale_load import Tables
from tests.contract.tables import make_tables
from tests.support.dynamodb_local import ACCOUNT, dynamodb_local

ENGINE = Path(__file__).parent / "engine"
PATIENCE = Config(read_timeout=600)
MEMORY_MB = 12_000
_BARE = {
    "PERSIST_STATE": "0",
    "AUTH": "false",
    "LOG_LEVEL": "ERROR",
    "PYTHONPATH": str(ENGINE),
}


@contextmanager
def open_tables(engine: str) -> Iterator[Callable[[], Tables]]:
    """Makes empty tables, which the adapters reach; drop them before the next are made."""
    engines = {"ministack": _local_cloud, "dynamodb-local": lambda: dynamodb_local(MEMORY_MB)}
    if engine not in engines:
        raise SystemExit(f"no engine {engine!r}: there are {', '.join(engines)}")
    account = ACCOUNT if engine == "dynamodb-local" else CREDENTIALS
    with engines[engine]() as endpoint:
        environment = {**account, "AWS_ENDPOINT_URL": endpoint}
        patient = aws._CONFIG.merge(PATIENCE)
        with patch.dict(os.environ, environment), patch.object(aws, "_CONFIG", patient):
            _forget_clients()
            dynamodb = aws.client("dynamodb")
            yield lambda: Tables(endpoint, dynamodb, make_tables(dynamodb))
    _forget_clients()


@contextmanager
def _local_cloud() -> Iterator[str]:
    """Of its own, and without a trace: what is kept at the end would take minutes to write."""
    with tempfile.TemporaryDirectory() as home:
        running = emulator.start(Path(home), keep_objects=False, extra=_BARE)
        try:
            yield running.endpoint
        finally:
            running.stop()


def _forget_clients() -> None:
    aws.client.cache_clear()
    aws._session.cache_clear()
