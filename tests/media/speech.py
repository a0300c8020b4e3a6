"""Speech that is made, and how much of it was written down rightly."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

from infra.local.footage import speak
from infra.local.paths import SPEECH
from tests.media.make import ffmpeg

HONEY = (
    "The most surprising thing I learned is that honey never spoils. Now let us talk about money. "
    "The train to the city leaves every morning at seven."
)


def said(text: str, target: Path) -> Path:
    """FLAC of a voice that says a text."""
    wav = target.with_suffix(".wav")
    speak(text, wav)
    ffmpeg("-i", str(wav), "-ar", "16000", "-ac", "1", str(target))
    wav.unlink()
    return target


def film(text: str, target: Path, *, silence: float = 0.0) -> Path:
    """An MP4 in which a voice says a text after some silence."""
    wav = target.with_suffix(".wav")
    length = silence + speak(text, wav) + 0.5
    picture = f"testsrc=size=320x180:rate=25:duration={length:.2f}"
    ffmpeg(
        "-f", "lavfi", "-i", picture, "-i", str(wav),
        "-af", f"adelay={round(silence * 1000)}:all=1,apad", "-t", f"{length:.2f}",
        "-c:v", "libx264", "-preset", "ultrafast", "-g", "50", "-pix_fmt", "yuv420p",
        "-c:a", "aac", "-ar", "48000", str(target),
    )  # fmt: skip
    wav.unlink()
    return target


def tone(target: Path, seconds: int = 4) -> Path:
    """FLAC in which nobody speaks."""
    sound = f"sine=frequency=300:duration={seconds}"
    ffmpeg("-f", "lavfi", "-i", sound, "-ar", "16000", "-ac", "1", str(target))
    return target


def normal(text: str) -> list[str]:
    """Words as they are compared: small letters, no marks."""
    return re.findall(r"[a-z0-9]+(?:'[a-z]+)?", text.lower().replace("’", "'").replace("-", " "))


def usual(texts: Sequence[str]) -> list[list[str]]:
    """Words as errors of speech recognition are commonly counted: figures, contractions, British
    and American spellings brought to one form, sounds of hesitation left out (`normalised.py`)."""
    script = Path(__file__).with_name("normalised.py")
    done = subprocess.run(
        [str(SPEECH), str(script)], input=json.dumps(texts), capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return [list(words) for words in json.loads(done.stdout)]


def word_errors(reference: Sequence[str], heard: Sequence[str]) -> int:
    """Words put in, left out or changed: Levenshtein's distance."""
    row = list(range(len(heard) + 1))
    for at, wanted in enumerate(reference, 1):
        before, row[0] = row[0], at
        for place, word in enumerate(heard, 1):
            before, row[place] = (
                row[place],
                min(row[place] + 1, row[place - 1] + 1, before + (wanted != word)),
            )
    return row[-1]
