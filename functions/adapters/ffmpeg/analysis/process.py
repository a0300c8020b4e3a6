"""ffmpeg with its standard output taken as it comes, so that it fills neither memory nor disk."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from functions.adapters.ffmpeg.binary import ffmpeg_path
from functions.adapters.ffmpeg.run import StoppedError, broke_off, failure, watched
from functions.domain.cutting.job import StopRequested
from functions.domain.errors import MediaError, UnavailableError

_EMPTY = re.compile(r"\[([va])ost#.*could not open encoder before eof", re.IGNORECASE)
_PIECE = 1 << 16
_SAID = 4_000


class EmptyStreamsError(Exception):
    """Streams of which nothing was decoded: `pictures`, `sound`. ffmpeg gives up on all then."""

    def __init__(self, *, pictures: bool, sound: bool) -> None:
        super().__init__()
        self.pictures, self.sound = pictures, sound


def run_through(
    words: Sequence[str],
    *,
    folder: Path,
    stop: StopRequested,
    take: Callable[[bytes], None] | None = None,
) -> None:
    """Run in `folder` and hand stdout to `take` piece by piece.

    Raises MediaError where the streams cannot be decoded or `stop` said that time is up,
    UnavailableError where the source could not be read, EmptyStreamsError where a stream gave
    nothing at all.
    """
    with tempfile.TemporaryFile() as err:
        process = subprocess.Popen(
            [ffmpeg_path(), *words],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=err,
        )
        stopped = _drain(process, stop, take)
        err.seek(0)
        said = err.read()[-_SAID:].decode(errors="replace")
    if stopped:
        raise StoppedError
    if process.returncode and (empty := set(_EMPTY.findall(said))):
        raise EmptyStreamsError(pictures="v" in empty, sound="a" in empty)
    if process.returncode:
        raise _failed(process.returncode, said)
    if broke_off(said):
        raise UnavailableError("cut.read_failed", "The source broke off; trying again.")


def _drain(
    process: subprocess.Popen[bytes],
    stop: StopRequested,
    take: Callable[[bytes], None] | None,
) -> bool:
    """Whether it was stopped; it never outlives this call."""
    assert process.stdout  # noqa: S101  (asked for above)
    with watched(process, stop) as watcher, process.stdout as output:
        while piece := output.read(_PIECE):
            if take:
                take(piece)
        process.wait()
    return watcher.stopped


def _failed(code: int, said: str) -> MediaError | UnavailableError:
    error = failure(code, said)
    return error if isinstance(error, UnavailableError) else undecodable()


def undecodable() -> MediaError:
    return MediaError(
        "analysis.undecodable",
        "The streams of this file cannot be decoded; save it again as MP4 and upload that.",
    )
