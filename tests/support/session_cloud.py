"""One local cloud for a whole test run, shared by its parallel workers, gone afterwards."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local import deployment, emulator, ports

_WAIT_FOR_ALL = "users"


@contextmanager
def shared_cloud(home: Path) -> Iterator[deployment.Outputs]:
    """The first worker starts and deploys it, the last one to leave stops it."""
    home.mkdir(parents=True, exist_ok=True)
    users = home / _WAIT_FOR_ALL
    with _locked(home / "lock"):
        users.open("a").close()
        if not users.read_text():
            _deploy(home)
        users.write_text(f"{users.read_text()}{os.getpid()}\n")
        outputs = deployment.read_outputs(home / "outputs.json")
    try:
        yield outputs
    finally:
        with _locked(home / "lock"):
            pids = set(users.read_text().split()) - {str(os.getpid())}
            left = sorted(pid for pid in pids if _alive(int(pid)))
            users.write_text("".join(f"{pid}\n" for pid in left))
            if not left:
                _stop(home)


def _deploy(home: Path) -> None:
    # Not the usual port: other clouds may be starting beside this one.
    (home / "port").write_text(str(ports.first_free((0,))))
    running = emulator.start(home, keep_objects=False, extra={"LAMBDA_WARM_TTL_SECONDS": "150"})
    try:
        deployment.deploy(running, home / "outputs.json")
    except BaseException:
        running.stop()
        raise


def _stop(home: Path) -> None:
    running = emulator.running(home)
    if running:
        # It waits for all that still wait in it, and nobody needs its state.
        running.stop(patience_s=3)
    shutil.rmtree(home / "state", ignore_errors=True)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _alive(pid: int) -> bool:
    """A worker that crashed must not keep the cloud up."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
