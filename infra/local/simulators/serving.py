"""What every simulator has: a server on loopback, and a program that serves until it is stopped."""

from __future__ import annotations

import argparse
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from infra.local.ports import HOST

Behind = TypeVar("Behind")


class Server(ThreadingHTTPServer):
    """Bound to a port of loopback; 0 is any that is free."""

    daemon_threads = True
    # A connection that a client keeps open must not keep the program.
    block_on_close = False
    # Hundreds of workers may ask at once.
    request_queue_size = 256

    def __init__(self, handler: type[BaseHTTPRequestHandler], port: int) -> None:
        super().__init__((HOST, port), handler)

    @property
    def endpoint(self) -> str:
        return f"http://{HOST}:{self.server_port}"


@contextmanager
def served(server: Server) -> Iterator[None]:
    """Answer until the block ends."""
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass(frozen=True, slots=True)
class Running(Generic[Behind]):
    """A server that runs: its address, and what is behind it."""

    endpoint: str
    service: Behind


@contextmanager
def running(
    handler: type[BaseHTTPRequestHandler], service: Behind, port: int
) -> Iterator[Running[Behind]]:
    """Serve on loopback until the block ends, with a `service` of this server's own."""
    own = type(handler.__name__, (handler,), {"service": service})
    server = Server(own, port)
    with served(server):
        yield Running(server.endpoint, service)


class Serving(Protocol):
    """One that answers; its address."""

    @property
    def endpoint(self) -> str: ...


def main(name: str, serve: Callable[[Path, int], AbstractContextManager[Serving]]) -> None:
    """`python -m infra.local.simulators.NAME --port PORT --home FOLDER`, until it is stopped."""
    parser = argparse.ArgumentParser(prog=f"infra.local.simulators.{name}")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--home", type=Path, required=True)
    arguments = parser.parse_args()
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    with serve(arguments.home, arguments.port) as running:
        print(running.endpoint, flush=True)
        over.wait()
