"""`python -m infra.local.simulators.sync_so --port PORT --home FOLDER`: until it is stopped."""

from __future__ import annotations

import argparse
import signal
import threading
from pathlib import Path

from infra.local.simulators.sync_so.server import serving


def main() -> None:
    parser = argparse.ArgumentParser(prog="infra.local.simulators.sync_so")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--home", type=Path, required=True)
    arguments = parser.parse_args()
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    with serving(arguments.home / "sync_so", arguments.port) as running:
        print(running.endpoint, flush=True)
        over.wait()


if __name__ == "__main__":
    main()
