"""The simulator of sources at the port that a cloud may reach, for one test at a time."""

from __future__ import annotations

import fcntl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local.deployment import Outputs
from infra.local.simulators.sources import Sources, serving


@contextmanager
def sources_of(outputs: Outputs) -> Iterator[Sources]:
    """Parallel workers share the cloud, and so the port: others wait."""
    note = Path(tempfile.gettempdir()) / f"cutroom-sources-{outputs.sources_port}.lock"
    with note.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with serving(outputs.sources_port) as sources:
            yield sources
