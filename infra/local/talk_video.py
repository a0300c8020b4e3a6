"""A talk with known topics: drawn by ffmpeg, spoken by espeak-ng, made without a network."""

from __future__ import annotations

import tempfile
import wave
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.local.footage import QUIET, run_ffmpeg, speak, typeface

_TEXT: Final = Path(__file__).with_name("talk.txt")
_COLOURS: Final = ("0x1b3a4b", "0x5a3d1c", "0x2d2a55", "0x1f4d2e", "0x141428")
_REST: Final = 1.0
"""Seconds of silence after a topic: as long as a speaker breathes."""
_SIZE: Final = "960x540"


@dataclass(frozen=True, slots=True)
class Topic:
    """What is said of one thing, and when: seconds of the video."""

    title: str
    words: str
    start: float
    end: float


def make_talk(target: Path, *, ffmpeg: str) -> list[Topic]:
    """Make the video; a picture of its own for each topic, with its title and the time."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".talk-") as name:
        folder = Path(name)
        (folder / "font.ttf").write_bytes(typeface())
        topics = _speak(folder)
        run_ffmpeg([ffmpeg, *_command(topics)], folder)
        (folder / "talk.mp4").replace(target)
    return topics


def _speak(folder: Path) -> list[Topic]:
    """All of it as `talk.wav`; where each topic lies in it."""
    topics: list[Topic] = []
    with wave.open(str(folder / "talk.wav"), "wb") as whole:
        for part in _TEXT.read_text(encoding="utf-8").split("# ")[1:]:
            title, words = (text.strip() for text in part.split("\n", 1))
            start = topics[-1].end if topics else 0.0
            length = speak(words, folder / "topic.wav") + _REST
            with wave.open(str(folder / "topic.wav")) as spoken:
                if not topics:
                    whole.setparams(spoken.getparams())
                whole.writeframes(spoken.readframes(spoken.getnframes()))
                whole.writeframes(bytes(2 * round(_REST * spoken.getframerate())))
            topics.append(Topic(title, words, start, start + length))
    return topics


def _command(topics: list[Topic]) -> list[str]:
    # Small enough to be left whole by an upright clip, which is a third as wide.
    line = "drawtext=fontfile=font.ttf:fontcolor=white:x=(w-text_w)/2"
    sources, chains = [], []
    for number, topic in enumerate(topics):
        colour, length = _COLOURS[number % len(_COLOURS)], topic.end - topic.start
        picture = f"color=c={colour}:s={_SIZE}:r=25:d={length:.3f}"
        sources += ["-f", "lavfi", "-i", picture]
        chains.append(
            f"[{number}:v]{line}:fontsize=42:y=215:text='{topic.title}',"
            f"{line}:fontsize=24:y=290:text='%{{pts\\:hms\\:{topic.start:.3f}}}'[v{number}]"
        )
    joined = "".join(f"[v{number}]" for number in range(len(topics)))
    graph = ";".join([*chains, f"{joined}concat=n={len(topics)}[picture]"])
    return [
        *QUIET, *sources, "-i", "talk.wav", "-filter_complex", graph,
        "-map", "[picture]", "-map", f"{len(topics)}:a",
        "-c:v", "libx264", "-preset", "superfast", "-crf", "26", "-g", "125", "-pix_fmt", "yuv420p",
        "-c:a", "aac", "-ar", "48000", "-shortest", "-movflags", "+faststart", "talk.mp4",
    ]  # fmt: skip
