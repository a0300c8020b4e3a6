"""Sound to words: ffmpeg decodes, and a process of another interpreter hears. It is started for the
first job, and stays."""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading
from pathlib import Path
from typing import Final

import imageio_ffmpeg

from infra.local.simulators.transcribe.document import HeardWord

_WORKER: Final = Path(__file__).with_name("worker.py")
_NOT_INSTALLED: Final = 3
SHORTEST_BYTES: Final = 16_000
"""Half a second of sixteen bits."""


class UnheardError(Exception):
    """A reason for a job to fail, in words."""


class Listener:
    def __init__(self, interpreter: Path) -> None:
        self._interpreter = interpreter
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()

    def listen(self, media: Path) -> list[HeardWord]:
        """Raises UnheardError."""
        with tempfile.TemporaryDirectory() as folder:
            pcm = Path(folder) / "sound.pcm"
            _decode(media, pcm)
            if pcm.stat().st_size < SHORTEST_BYTES:
                raise UnheardError(
                    "The input media file length is too small. Check the length of the file and "
                    "try your request again."
                )
            with self._lock:
                return self._heard(pcm)

    def _heard(self, pcm: Path) -> list[HeardWord]:
        process = self._ready()
        assert process.stdin  # noqa: S101  (asked for below)
        assert process.stdout  # noqa: S101
        try:
            process.stdin.write(json.dumps({"pcm": str(pcm)}) + "\n")
            process.stdin.flush()
            line = process.stdout.readline()
        except OSError as error:
            raise UnheardError("Internal failure: the engine ended.") from error
        if not line:
            raise UnheardError(f"Internal failure: {_why(process)}")
        answer = json.loads(line)
        if "error" in answer:
            raise UnheardError(f"Internal failure: {answer['error']}")
        return [HeardWord(*row) for row in answer["words"]]

    def _ready(self) -> subprocess.Popen[str]:
        """The process; another one where the last has ended."""
        if not self._interpreter.exists():
            raise UnheardError("Internal failure: speech is not set up; run `make setup`.")
        if self._process is None or self._process.poll() is not None:
            self.stop()
            self._process = subprocess.Popen(
                [str(self._interpreter), str(_WORKER)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        return self._process

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            # Closes its pipes, too.
            self._process.communicate()


def _why(process: subprocess.Popen[str]) -> str:
    """It has closed its output, so it is about to end."""
    if process.wait() == _NOT_INSTALLED:
        return "speech is not set up as this version needs it; run `make setup`."
    return "the engine ended."


def _decode(media: Path, pcm: Path) -> None:
    done = subprocess.run(
        [
            imageio_ffmpeg.get_ffmpeg_exe(), "-nostdin", "-loglevel", "error", "-i", str(media),
            "-map", "0:a:0", "-ar", "16000", "-ac", "1", "-f", "s16le", str(pcm),
        ],
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    if done.returncode:
        raise UnheardError("The data in your input media file isn't valid. Check the media file.")
