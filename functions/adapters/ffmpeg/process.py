"""One ffmpeg process under supervision: its list of finished files, its progress, its disk use.

The process is held (SIGSTOP) while the folder is full and somebody else is about to make room:
whoever was handed a file, or whoever reads the list and has not come back for more. It is ended as
soon as the files that were wanted are there.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Protocol

from functions.adapters.ffmpeg.run import broke_off, failure
from functions.domain.cutting.job import Progress, StopRequested

_TICK_SECONDS = 0.1


class Room(Protocol):
    """Where files are written, and how many bytes of them may wait there."""

    @property
    def folder(self) -> Path: ...

    @property
    def disk_budget(self) -> int: ...


class SegmentingProcess:
    """Iterate over `lines()`; the process never outlives the `with`."""

    def __init__(
        self, command: Callable[[int, int], list[str]], job: Room, stop: StopRequested
    ) -> None:
        self._job, self._stop = job, stop
        self._ended = threading.Event()
        self._handed: list[Path] = []
        self._awaited = False
        self._errors: list[str] = []
        self.stopped = False
        self.broke_off = False
        list_read, list_write = os.pipe()
        progress_read, progress_write = os.pipe()
        self._process = subprocess.Popen(
            command(list_write, progress_write),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            pass_fds=(list_write, progress_write),
            text=True,
        )
        os.close(list_write)
        os.close(progress_write)
        self._list = os.fdopen(list_read)
        self._progress = os.fdopen(progress_read)
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> SegmentingProcess:
        self._spawn(self._watch)
        self._listener = self._spawn(self._collect_errors, self._process.stderr)
        return self

    def __exit__(self, *_: object) -> None:
        self.end()
        for thread in self._threads:
            thread.join()
        for stream in (self._list, self._progress, self._process.stderr):
            if stream:
                stream.close()

    def _spawn(self, target: Callable[..., None], *arguments: object) -> threading.Thread:
        thread = threading.Thread(target=target, args=arguments, daemon=True)
        thread.start()
        self._threads.append(thread)
        return thread

    def follow(self, progress: Progress) -> None:
        """Pass ffmpeg's own position on, in milliseconds as it counts them."""
        self._spawn(self._follow, progress)

    def lines(self) -> Iterator[str]:
        """The segment list as it grows: one line `file,start,end` per finished file."""
        while True:
            self._awaited = True
            line = self._list.readline()
            self._awaited = False
            if not line:
                return
            yield line.strip()

    def hand_over(self, path: Path) -> Path:
        """A file that somebody else removes: while it is there, there is room to come."""
        self._handed = [*(one for one in self._handed if one.exists()), path]
        return path

    def end(self) -> None:
        """Stop the process if it runs; a held one must be woken to die by SIGKILL at once."""
        self._ended.set()
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()

    def require_success(self) -> None:
        """Raises UnavailableError for what another try may mend, MediaError for the rest.

        ffmpeg ends well, too, where its input broke off: `broke_off` is sure after this.
        """
        code = self._process.wait()
        self._listener.join()
        text = "".join(self._errors[-20:])
        if code == 0:
            return
        raise failure(code, text)

    def _follow(self, progress: Progress) -> None:
        for line in self._progress:
            name, _, value = line.strip().partition("=")
            if name == "out_time_us" and value.lstrip("-").isdigit():
                progress(int(value) // 1000)

    def _collect_errors(self, stream: IO[str]) -> None:
        for line in stream:
            if broke_off(line):
                self.broke_off = True
            self._errors.append(line)
            del self._errors[:-50]

    def _watch(self) -> None:
        held = False
        while not self._ended.wait(_TICK_SECONDS) and self._process.poll() is None:
            if self._stop():
                self.stopped = True
                self._process.kill()
                return
            full = folder_bytes(self._job.folder) > self._job.disk_budget and self._room_to_come()
            if full != held:
                self._process.send_signal(signal.SIGSTOP if full else signal.SIGCONT)
                held = full

    def _room_to_come(self) -> bool:
        """Nobody but ffmpeg itself can end a wait for its next file."""
        return not self._awaited or any(path.exists() for path in self._handed)


def folder_bytes(folder: Path) -> int:
    """Bytes in a folder's files; a file that goes away meanwhile counts nothing."""
    total = 0
    for path in folder.iterdir():
        try:
            total += path.stat().st_size
        except FileNotFoundError:
            continue
    return total
