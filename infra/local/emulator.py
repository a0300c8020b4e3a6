"""The local cloud's process: started on a free loopback port, stopped gracefully.

Its state is written when it is stopped in order; a killed process loses what came since its start.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from infra.local.paths import EMULATOR, LOCAL

HOST: Final = "127.0.0.1"
REGION: Final = "us-east-1"
ACCOUNT: Final = "000000000000"
USUAL_PORT: Final = 4566
START_SECONDS: Final = 30
STOP_SECONDS: Final = 60
# The root credentials of an emulator that only this machine reaches.
CREDENTIALS: Final = {
    "AWS_ACCESS_KEY_ID": "local-root",
    "AWS_SECRET_ACCESS_KEY": "local-root-secret",
    "AWS_DEFAULT_REGION": REGION,
    "AWS_REGION": REGION,
}


# Kept so that a process that outlives its function is not taken for a forgotten one.
_STARTED: Final[list[subprocess.Popen[bytes]]] = []


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

    def stop(self) -> None:
        """Ask it to end, which saves its state, and wait."""
        _end(self.pid)
        (Path(self.home) / "emulator.json").unlink(missing_ok=True)


def running(home: Path = LOCAL / "cloud") -> Emulator | None:
    """The local cloud of this folder, if it is up."""
    note = home / "emulator.json"
    if not note.exists():
        return None
    emulator = Emulator(**json.loads(note.read_text()))
    return emulator if emulator.alive() else None


def start(
    home: Path = LOCAL / "cloud",
    *,
    keep_objects: bool = True,
    extra: Mapping[str, str] | None = None,
) -> Emulator:
    """Start the local cloud. Raises EmulatorError with the end of its log."""
    home.mkdir(parents=True, exist_ok=True)
    port = _port_of(home)
    with (home / "emulator.log").open("ab") as log:
        process = subprocess.Popen(
            [str(EMULATOR)],
            env={**_settings(home, port, keep_objects=keep_objects), **(extra or {})},
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    _STARTED.append(process)
    emulator = Emulator(process.pid, port, str(home))
    _await_health(emulator, process)
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


def _port_of(home: Path) -> int:
    """The port this cloud was first given: queues and endpoints in its state name it.

    Raises EmulatorError if another program holds that port now.
    """
    note = home / "port"
    if not note.exists():
        note.write_text(str(_first_free((USUAL_PORT, 0))))
    port = int(note.read_text())
    if not _is_free(port):
        raise EmulatorError(
            f"port {port}, which the data of this local cloud is bound to, is taken by another "
            f"program: stop that one, or remove {home} to begin anew on a free port"
        )
    return port


def _first_free(ports: Sequence[int]) -> int:
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise EmulatorError("no free port on the loopback interface")


def _is_free(port: int) -> bool:
    try:
        return _first_free((port,)) == port
    except EmulatorError:
        return False


def _healthy(endpoint: str) -> bool:
    try:
        with urllib.request.urlopen(f"{endpoint}/_ministack/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _await_health(emulator: Emulator, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        if emulator.alive():
            return
        time.sleep(0.1)
    process.kill()
    tail = emulator.log.read_text(errors="replace")[-2000:]
    raise EmulatorError(f"the local cloud did not start; the end of its log:\n{tail}")


def _end(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGTERM)
    except ProcessLookupError:
        return
    until = time.monotonic() + STOP_SECONDS
    while time.monotonic() < until:
        if not _exists(pid):
            return
        time.sleep(0.1)
    os.killpg(pid, signal.SIGKILL)


def _exists(pid: int) -> bool:
    try:
        if os.waitpid(pid, os.WNOHANG)[0] == pid:
            return False
    except ChildProcessError:
        pass
    stat = Path(f"/proc/{pid}/stat")
    if stat.parent.parent.exists():
        return stat.exists() and ") Z " not in stat.read_text()
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
