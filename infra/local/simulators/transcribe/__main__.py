"""The simulator until it is stopped; it keeps its jobs in its home, and a listener beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local.paths import SPEECH
from infra.local.simulators.serving import Server, main, served
from infra.local.simulators.transcribe.cloud import LocalCloud
from infra.local.simulators.transcribe.jobs import Jobs
from infra.local.simulators.transcribe.listener import Listener
from infra.local.simulators.transcribe.server import make_server


@contextmanager
def _serving(home: Path, port: int) -> Iterator[Server]:
    listener = Listener(SPEECH)
    server = make_server(port, Jobs(LocalCloud(), listener, home / "transcribe-jobs.json"))
    try:
        with served(server):
            yield server
    finally:
        listener.stop()


if __name__ == "__main__":
    main("transcribe", _serving)
