"""Processes that outlive who starts them, and may be stopped by another."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

STOP_SECONDS: Final = 60


def spawn(words: Sequence[str], log: Path, environment: Mapping[str, str]) -> int:
    """A process of its own session, that writes to `log`; its id."""
    append = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    return os.posix_spawn(
        words[0],
        [*words],
        environment,
        setsid=True,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, str(log), append, 0o644),
            (os.POSIX_SPAWN_DUP2, 1, 2),
        ],
    )


def end(pid: int, patience_s: float = STOP_SECONDS) -> None:
    """Ask it and its children to end, and wait; by force after that."""
    try:
        os.killpg(pid, signal.SIGTERM)
    except ProcessLookupError:
        return
    until = time.monotonic() + patience_s
    while time.monotonic() < until:
        if not exists(pid):
            return
        time.sleep(0.1)
    os.killpg(pid, signal.SIGKILL)


def exists(pid: int) -> bool:
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
