"""What was seen and heard in a video, that cuts can follow: kept with it, so that a new cut with
other options needs no new look."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass

from functions.domain.times import Milliseconds

QUIETEST = 127.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """From `start` to before `end`."""

    start: Milliseconds
    end: Milliseconds

    @property
    def middle(self) -> Milliseconds:
        return (self.start + self.end) // 2


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneChange:
    """The first frame of another scene; `score` from 0, nothing changed, to 100."""

    at: Milliseconds
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """How loud the sound is at its peaks, `step` by `step`, from the video's start.

    `levels` is Base64 of one byte a step: half decibels below full scale, 255 for anything under
    -127 dBFS.
    """

    step: Milliseconds
    levels: str

    @property
    def attenuations(self) -> bytes:
        """Half decibels below full scale, a step each."""
        return base64.b64decode(self.levels)

    def silences(self, *, level: float, minimum: Milliseconds) -> tuple[Stretch, ...]:
        """Where no peak reaches `level` (dBFS) for at least `minimum`."""
        quiet = min(255, max(0, round(-level * 2)))
        steps = max(1, -(-minimum // self.step))
        pattern = re.compile(b"[%b-\xff]{%d,}" % (re.escape(bytes([quiet])), steps), re.DOTALL)
        return tuple(
            Stretch(start=found.start() * self.step, end=found.end() * self.step)
            for found in pattern.finditer(self.attenuations)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Boundaries:
    """None where it was not looked for; empty where nothing was found."""

    scenes: tuple[SceneChange, ...] | None = None
    envelope: Envelope | None = None
