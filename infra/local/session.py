"""Who uses the local cloud, and so who may stop it.

`make local` keeps it up. A demo takes part in a cloud that is up, or brings one up and stops it
when it is the last to leave.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from infra.local import deployment, emulator
from infra.local.paths import LOCAL

HOME: Final = LOCAL / "cloud"
KEPT: Final = HOME / "kept"
SETUP: Final = "setup.lock"


def keep_up() -> deployment.Outputs:
    """Bring the cloud up, deploy to it, and let it stay."""
    with one_at_a_time(SETUP):
        outputs = _up()
        KEPT.touch()
    return outputs


def shut_down() -> bool:
    """Stop the cloud, saving its state; False if none was up."""
    KEPT.unlink(missing_ok=True)
    running = emulator.running(HOME)
    if running:
        running.stop()
    return running is not None


@contextmanager
def taking_part() -> Iterator[deployment.Outputs]:
    """Use the cloud; the last one out stops it, unless it is to be kept."""
    HOME.mkdir(parents=True, exist_ok=True)
    with (HOME / "users.lock").open("w") as users:
        with one_at_a_time(SETUP):
            fcntl.flock(users, fcntl.LOCK_SH)
            outputs = _up()
        try:
            yield outputs
        finally:
            with one_at_a_time(SETUP):
                if not KEPT.exists() and _alone(users):
                    shut_down()


def _up() -> deployment.Outputs:
    running = emulator.running(HOME)
    return deployment.deploy(running or emulator.start(HOME))


@contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    """Wait for others to be through with it: a second deploy beside a first would fail."""
    HOME.mkdir(parents=True, exist_ok=True)
    with (HOME / name).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _alone(users: IO[str]) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def require_up() -> deployment.Outputs:
    """The kept cloud's outputs. Raises SystemExit with what to do."""
    if emulator.running(HOME) is None:
        raise SystemExit("The local cloud is not up: run `make local` first.")
    return deployment.read_outputs()


def log_file() -> Path:
    return HOME / "emulator.log"
