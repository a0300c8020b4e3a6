"""ffmpeg as a plain command: run to its end, or until the caller has no more time."""

from __future__ import annotations

import logging
import re
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from functions.adapters.ffmpeg.binary import ffmpeg_path
from functions.domain.cutting.job import StopRequested
from functions.domain.errors import CutroomError, MediaError, UnavailableError

logger = logging.getLogger(__name__)
_TICK_SECONDS = 0.1
_PIECE = 1 << 20
_ANOTHER_TRY = (
    "server returned", "http error", "network is unreachable", "connection", "timed out",
    "input/output error", "failed to resolve", "stream ends prematurely",
)  # fmt: skip
_NO_ROOM = ("no space left", "cannot allocate")
_BROKEN_OFF = ("stream ends prematurely", "partial file")
_URL = re.compile(r"https?://\S+")


class StoppedError(Exception):
    """The caller's time was up before the command had ended."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a command printed. `broke_off`: its input ended before it should have."""

    output: bytes
    broke_off: bool

    @property
    def text(self) -> str:
        return self.output.decode(errors="replace")


def broke_off(said: str) -> bool:
    """ffmpeg ends well, too, where its input broke off."""
    return any(word in said.lower() for word in _BROKEN_OFF)


def failure(code: int, said: str) -> CutroomError:
    """UnavailableError for what another try may mend, MediaError for the rest."""
    text = said.lower()
    logger.warning("ffmpeg failed", extra={"status": code, "said": _URL.sub("(url)", text)})
    if code == -signal.SIGKILL or any(word in text for word in _NO_ROOM):
        return UnavailableError("ffmpeg.no_room", "ffmpeg ran out of memory or disk.")
    if code <= 0 or any(word in text for word in _ANOTHER_TRY):
        return UnavailableError("cut.read_failed", "The source could not be read; trying again.")
    return MediaError(
        "media.cannot_cut",
        "The streams of this file cannot be made into segments; save it again as MP4.",
    )


def run(
    words: Sequence[str],
    *,
    folder: Path,
    stop: StopRequested,
    feed: Sequence[Path] = (),
    settings: Mapping[str, str] | None = None,
) -> Done:
    """Run in `folder`, with the files of `feed` one after the other as standard input, and
    `settings` in its environment.

    Raises StoppedError as soon as `stop` says so, and what `failure` makes of a failure.
    """
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(
            [*_with(settings or {}), ffmpeg_path(), *words],
            cwd=folder,
            stdin=subprocess.PIPE if feed else subprocess.DEVNULL,
            stdout=out,
            stderr=err,
        )
        stopped = _wait(process, feed, stop)
        output, said = _read(out), _read(err).decode(errors="replace")
    if stopped:
        raise StoppedError
    if process.returncode:
        raise failure(process.returncode, said[-4_000:])
    return Done(output, broke_off(said))


def _with(settings: Mapping[str, str]) -> list[str]:
    """Beside what it inherits, which is not ours to read."""
    named = [f"{name}={value}" for name, value in settings.items()]
    return ["/usr/bin/env", *named] if named else []


def _wait(process: subprocess.Popen[bytes], feed: Sequence[Path], stop: StopRequested) -> bool:
    """Whether it was stopped; it never outlives this call."""
    with watched(process, stop) as watcher:
        if process.stdin:
            _pour(feed, process.stdin)
        process.wait()
    return watcher.stopped


@contextmanager
def watched(process: subprocess.Popen[bytes], stop: StopRequested) -> Iterator[Watcher]:
    """A process that never outlives the `with`, and goes as soon as `stop` says so."""
    ended = threading.Event()
    watcher = Watcher(process, ended, stop)
    watcher.start()
    try:
        yield watcher
    finally:
        ended.set()
        if process.poll() is None:
            process.kill()
            process.wait()
        watcher.join()


class Watcher(threading.Thread):
    """Kills a process as soon as `stop` says so."""

    def __init__(
        self, process: subprocess.Popen[bytes], ended: threading.Event, stop: StopRequested
    ) -> None:
        super().__init__(daemon=True)
        self._process, self._ended, self._stop_asked = process, ended, stop
        self.stopped = False

    def run(self) -> None:
        while not self._ended.wait(_TICK_SECONDS):
            if self._stop_asked():
                self.stopped = True
                self._process.kill()
                return


def _pour(feed: Sequence[Path], stdin: IO[bytes]) -> None:
    """A command may have enough before the end, or fail: its status tells which."""
    try:
        with stdin:
            for path in feed:
                with path.open("rb") as source:
                    while piece := source.read(_PIECE):
                        stdin.write(piece)
    except BrokenPipeError:
        return


def _read(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()
