"""`python -m infra.local.simulators.social --port PORT`: the simulator until it is stopped."""

from __future__ import annotations

import argparse
import signal
import threading

from infra.local.simulators.social.server import serving


def main() -> None:
    parser = argparse.ArgumentParser(prog="infra.local.simulators.social")
    parser.add_argument("--port", type=int, default=0)
    # Every simulator is told; this one keeps nothing.
    parser.add_argument("--home", default="")
    arguments = parser.parse_args()
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    with serving(arguments.port) as running:
        print(running.endpoint, flush=True)
        over.wait()


if __name__ == "__main__":
    main()
