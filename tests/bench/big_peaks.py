"""How much disk and memory workers take at the most, seen often while they work."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from functions.adapters.ffmpeg.process import folder_bytes
from tests.support.execution import Execution

_EVERY_SECONDS = 0.02


@dataclass
class Peaks:
    """Of any one worker, in bytes. Memory counts each of its processes at its own highest."""

    disk: int = 0
    memory: int = 0


@contextmanager
def watched(execution: Execution, scratch: Path) -> Iterator[Peaks]:
    peaks, over = Peaks(), threading.Event()
    watcher = threading.Thread(target=_watch, args=(execution, scratch, peaks, over))
    watcher.start()
    try:
        yield peaks
    finally:
        over.set()
        watcher.join()


def _watch(execution: Execution, scratch: Path, peaks: Peaks, over: threading.Event) -> None:
    while not over.wait(_EVERY_SECONDS):
        groups = _memory()
        for call in execution.calls():
            peaks.disk = max(peaks.disk, _disk(scratch, call.pid))
            peaks.memory = max(peaks.memory, groups.get(call.pid, 0))


def _disk(scratch: Path, pid: int) -> int:
    total = 0
    for folder in scratch.glob(f"cutroom-work-{pid}-*"):
        try:
            total += folder_bytes(folder)
        except FileNotFoundError:
            continue
    return total


def _memory() -> dict[int, int]:
    """By process group, which a worker and its children are."""
    found: dict[int, int] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            group = int((folder / "stat").read_text().rpartition(") ")[2].split()[2])
            status = (folder / "status").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        highest = status.partition("VmHWM:")[2].split()[:1]
        if highest:
            found[group] = found.get(group, 0) + int(highest[0]) * 1024
    return found
