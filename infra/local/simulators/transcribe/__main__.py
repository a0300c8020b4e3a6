"""`python -m infra.local.simulators.transcribe --port PORT --home FOLDER`"""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType

from infra.local.paths import SPEECH
from infra.local.simulators.transcribe.cloud import LocalCloud
from infra.local.simulators.transcribe.jobs import Jobs
from infra.local.simulators.transcribe.listener import Listener
from infra.local.simulators.transcribe.server import serve


def main() -> None:
    parser = argparse.ArgumentParser(prog="transcribe")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--home", type=Path, required=True)
    arguments = parser.parse_args()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        sys.exit(0)

    signal.signal(signal.SIGTERM, stop)
    listener = Listener(SPEECH)
    jobs = Jobs(LocalCloud(), listener, arguments.home / "transcribe-jobs.json")
    try:
        serve(arguments.port, jobs)
    finally:
        listener.stop()


if __name__ == "__main__":
    main()
