"""Ends workers that take more than they may, as the end of a sandbox does; tells what they took.

It looks each 20 ms. What a process had between two looks is in its own highest, which the kernel
keeps: the sum of these over a worker's processes is at least what they ever had together.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.support.limits import Limits

_EVERY_SECONDS = 0.02


class Worker(Protocol):
    """A process that leads a group, to which its children belong."""

    @property
    def pid(self) -> int: ...

    @property
    def scratch(self) -> Path: ...

    @property
    def limits(self) -> Limits | None: ...

    def end(self, why: str) -> None:
        """Kill the group."""


@dataclass
class Peaks:
    """Of any one worker, in bytes."""

    disk: int = 0
    memory: int = 0


@contextmanager
def warden(workers: Callable[[], Sequence[Worker]]) -> Iterator[Peaks]:
    peaks, over = Peaks(), threading.Event()
    watcher = threading.Thread(target=_watch, args=(workers, peaks, over))
    watcher.start()
    try:
        yield peaks
    finally:
        over.set()
        watcher.join()


def _watch(workers: Callable[[], Sequence[Worker]], peaks: Peaks, over: threading.Event) -> None:
    while not over.wait(_EVERY_SECONDS):
        groups = _memory_by_group()
        for worker in workers():
            disk, memory = disk_of(worker), groups.get(worker.pid, _Memory())
            peaks.disk = max(peaks.disk, disk)
            peaks.memory = max(peaks.memory, memory.highest)
            if worker.limits is None:
                continue
            if disk > worker.limits.disk:
                worker.end(f"{disk} bytes of disk, and {worker.limits.disk} were allowed")
            elif memory.now > worker.limits.memory:
                worker.end(f"{memory.now} bytes of memory, and {worker.limits.memory} were allowed")


def disk_of(worker: Worker) -> int:
    """Bytes in its scratch folder, as the worker sees it."""
    seen = Path(f"/proc/{worker.pid}/root{worker.scratch}")
    try:
        if seen.stat().st_dev == seen.parent.stat().st_dev:
            return _bytes_under(seen)
        # A disk of its own also tells of files that have no name any more.
        disk = os.statvfs(seen)
    except OSError:
        return 0
    return (disk.f_blocks - disk.f_bfree) * disk.f_frsize


def _bytes_under(folder: Path) -> int:
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(Path(place, name)).st_size
            except FileNotFoundError:
                continue
    return total


@dataclass(slots=True)
class _Memory:
    """In bytes: what a group's processes cannot give back now, and the sum of what each had at its
    highest, pages that they share and files that they read included."""

    now: int = 0
    highest: int = 0


def _memory_by_group() -> dict[int, _Memory]:
    found: dict[int, _Memory] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            group = int((folder / "stat").read_text().rpartition(") ")[2].split()[2])
            status = (folder / "status").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        memory = found.setdefault(group, _Memory())
        memory.now += _told(status, "RssAnon") + _told(status, "RssShmem")
        memory.highest += _told(status, "VmHWM")
    return found


def _told(status: str, name: str) -> int:
    """0 of a process that has ended."""
    said = status.partition(f"{name}:")[2].split()[:1]
    return int(said[0]) * 1024 if said else 0
