"""Servers that answer each connection with just the bytes that a test wants, right or wrong."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

Script = Callable[[socket.socket, bytes], None]


@dataclass
class RawServer:
    """`requests` are the heads that came, one for each connection."""

    port: int
    requests: list[bytes] = field(default_factory=list)

    def url(self, path: str = "/a.mp4", host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"


def saying(*pieces: bytes) -> Script:
    """A script that sends these and closes."""

    def script(connection: socket.socket, _: bytes) -> None:
        for piece in pieces:
            connection.sendall(piece)

    return script


@contextmanager
def raw_server(*scripts: Script, tls: ssl.SSLContext | None = None) -> Iterator[RawServer]:
    """One script for each connection in turn, the last for all that follow."""
    left, over = list(scripts), threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))
    listening.settimeout(0.05)
    server = RawServer(listening.getsockname()[1])

    def serve() -> None:
        while not over.is_set():
            try:
                connection, _ = listening.accept()
            except TimeoutError:
                continue
            script = left.pop(0) if len(left) > 1 else left[0]
            threading.Thread(target=answer, args=(connection, script), daemon=True).start()

    def answer(connection: socket.socket, script: Script) -> None:
        connection.settimeout(10)
        with suppress(OSError), connection:
            talking = tls.wrap_socket(connection, server_side=True) if tls else connection
            with talking:
                head = _head(talking)
                server.requests.append(head)
                script(talking, head)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield server
    finally:
        over.set()
        thread.join()
        listening.close()


def _head(connection: socket.socket) -> bytes:
    read = b""
    while b"\r\n\r\n" not in read:
        more = connection.recv(4096)
        if not more:
            break
        read += more
    return read
