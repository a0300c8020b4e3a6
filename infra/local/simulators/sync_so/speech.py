"""Text to sound: espeak-ng, each voice at a pitch of its own."""

from __future__ import annotations

import threading
from hashlib import sha256
from pathlib import Path
from typing import Final

from infra.local.footage import speak
from infra.local.simulators.sync_so.rendering import run

_LOCK: Final = threading.Lock()
_STEPS: Final = 9


def say(script: str, voice: str, target: Path) -> None:
    """WAV; the same words in the same voice are the same sound."""
    plain = target.with_suffix(".plain.wav")
    # The library keeps its state for the whole process.
    with _LOCK:
        speak(script, plain)
    step = int.from_bytes(sha256(voice.encode()).digest()[:4]) % _STEPS
    pitch = 0.8 + 0.05 * step
    shifted = f"aresample=48000,asetrate=48000*{pitch:.2f},aresample=48000,atempo={1 / pitch:.4f}"
    run("-i", str(plain), "-af", shifted, str(target))
    plain.unlink()
