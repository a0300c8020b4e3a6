"""The port of a local cloud: chosen once, kept for life, since queues in its state name it."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Final

HOST: Final = "127.0.0.1"
USUAL_PORT: Final = 4566


class PortError(Exception):
    """The port is not to be had; the message says what to do."""


def port_of(home: Path) -> int:
    """The port this cloud was first given: queues and endpoints in its state name it.

    Raises PortError if another program holds that port now.
    """
    note = home / "port"
    if not note.exists():
        note.write_text(str(first_free((USUAL_PORT, 0))))
    port = int(note.read_text())
    if not _is_free(port):
        raise PortError(
            f"port {port}, which the data of this local cloud is bound to, is taken by another "
            f"program: stop that one, or remove {home} to begin anew on a free port"
        )
    return port


def sources_port_of(home: Path) -> int:
    """Where the simulator of sources listens beside this cloud: its functions know this port."""
    note = home / "sources-port"
    if not note.exists():
        # Below those that the system gives to clients.
        tried = [20_000 + secrets.randbelow(12_000) for _ in range(20)]
        note.write_text(str(first_free(tried)))
    return int(note.read_text())


def first_free(ports: Sequence[int]) -> int:
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise PortError("no free port on the loopback interface")


def _is_free(port: int) -> bool:
    try:
        return first_free((port,)) == port
    except PortError:
        return False
