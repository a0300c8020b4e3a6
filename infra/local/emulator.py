"""The local cloud's process: started on a free loopback port, stopped gracefully.

Its state is written when it is stopped in order; a killed process loses what came since its start.
"""

from __future__ import annotations

import json
import os
import time
import urllib.request
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from infra.local.paths import EMULATOR, LOCAL
from infra.local.ports import HOST, port_of
from infra.local.processes import STOP_SECONDS, end, exists, spawn
from infra.local.simulators.running import stop_simulators

REGION: Final = "us-east-1"
ACCOUNT: Final = "000000000000"
START_SECONDS: Final = 30
# The root credentials of an emulator that only this machine reaches.
CREDENTIALS: Final = {
    "AWS_ACCESS_KEY_ID": "local-root",
    "AWS_SECRET_ACCESS_KEY": "local-root-secret",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
}


class EmulatorError(Exception):
    """The local cloud could not be started."""


@dataclass(frozen=True, slots=True)
class Emulator:
    """A running local cloud. `home` holds its state and its log."""

    pid: int
    port: int
    home: str

    @property
    def endpoint(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def log(self) -> Path:
        return Path(self.home) / "emulator.log"

    def environment(self) -> dict[str, str]:
        """What a client's process needs to talk to it and to nothing else."""
        outside = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
        return {**outside, **CREDENTIALS, "AWS_ENDPOINT_URL": self.endpoint}

    def alive(self) -> bool:
        return _healthy(self.endpoint)

    def stop(self, patience_s: float = STOP_SECONDS) -> None:
        """Ask it to end, which saves its state, and wait; what stands beside it ends, too."""
        stop_simulators(Path(self.home))
        end(self.pid, patience_s)
        (Path(self.home) / "emulator.json").unlink(missing_ok=True)


def running(home: Path = LOCAL / "cloud") -> Emulator | None:
    """The local cloud of this folder, if it is up."""
    note = home / "emulator.json"
    if not note.exists():
        return None
    emulator = Emulator(**json.loads(note.read_text()))
    return emulator if exists(emulator.pid) and emulator.alive() else None


def start(
    home: Path = LOCAL / "cloud",
    *,
    keep_objects: bool = True,
    extra: Mapping[str, str] | None = None,
) -> Emulator:
    """Start the local cloud. Raises EmulatorError with the end of its log."""
    home.mkdir(parents=True, exist_ok=True)
    port = port_of(home)
    settings = _settings(home, port, keep_objects=keep_objects)
    pid = spawn([str(EMULATOR)], home / "emulator.log", {**settings, **(extra or {})})
    emulator = Emulator(pid, port, str(home))
    _await_health(emulator)
    (home / "emulator.json").write_text(json.dumps(asdict(emulator)))
    return emulator


def _settings(home: Path, port: int, *, keep_objects: bool) -> dict[str, str]:
    outside = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")}
    temp = home / "tmp"
    temp.mkdir(exist_ok=True)
    return {
        **outside,
        **CREDENTIALS,
        "AWS_ENDPOINT_URL": f"http://{HOST}:{port}",
        "GATEWAY_PORT": str(port),
        "BIND_HOST": HOST,
        "MINISTACK_HOST": HOST,
        "MINISTACK_REGION": REGION,
        "AUTH": "true",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "PERSIST_STATE": "1",
        "STATE_DIR": str(home / "state"),
        "S3_PERSIST": "1" if keep_objects else "0",
        "S3_DATA_DIR": str(home / "s3"),
        "TMPDIR": str(temp),
        "LOG_LEVEL": "INFO",
    }


def _healthy(endpoint: str) -> bool:
    try:
        with urllib.request.urlopen(f"{endpoint}/_ministack/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _await_health(emulator: Emulator) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and exists(emulator.pid):
        if emulator.alive():
            return
        time.sleep(0.1)
    end(emulator.pid)
    tail = emulator.log.read_text(errors="replace")[-2000:]
    raise EmulatorError(f"the local cloud did not start; the end of its log:\n{tail}")
