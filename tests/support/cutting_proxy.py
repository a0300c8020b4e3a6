"""A proxy on loopback whose connections can be cut, as a network's are."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

Line = tuple[socket.socket, socket.socket]


class CuttingProxy:
    """Passes bytes on to one address. Each line is closed by the thread that serves it."""

    def __init__(self, host: str, port: int) -> None:
        self._to = (host, port)
        self._lines: set[Line] = set()
        self._lock = threading.Lock()
        self._threads: list[threading.Thread] = []
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._door.getsockname()[1]
        self._start(self._accept)

    def cut(self) -> int:
        """End all that is open, in the middle of whatever it is; returns how many lines."""
        with self._lock:
            for line in self._lines:
                _end(line)
            return len(self._lines)

    def close(self) -> None:
        _end((self._door,))
        self._threads[0].join(10)
        self._door.close()
        self.cut()
        for thread in self._threads:
            thread.join(10)

    def _start(self, act: object, *args: object) -> threading.Thread:
        thread = threading.Thread(target=act, args=args, daemon=True)  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()
        return thread

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._door.accept()
            except OSError:
                return
            self._start(self._serve, near)

    def _serve(self, near: socket.socket) -> None:
        with near:
            try:
                far = socket.create_connection(self._to)
            except OSError:
                return
            with far:
                line = (near, far)
                with self._lock:
                    self._lines.add(line)
                back = self._start(_pass, far, near)
                _pass(near, far)
                back.join()
                with self._lock:
                    self._lines.discard(line)


def _pass(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    _end((source, target))


def _end(line: tuple[socket.socket, ...]) -> None:
    for one in line:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


@contextmanager
def cutting_proxy(host: str, port: int) -> Iterator[CuttingProxy]:
    proxy = CuttingProxy(host, port)
    try:
        yield proxy
    finally:
        proxy.close()
