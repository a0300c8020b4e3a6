"""How a user wants a video's words written down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

IDENTIFY: Final = "identify"
SPEAKERS: Final = (2, 30)
"""How many can be told apart, as the transcriber has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptOptions:
    """`language` is a code such as en-US, or `identify`; `speakers` is how many there are at the
    most, None where nobody wants them told apart. What is not `wanted` costs nothing."""

    wanted: bool = True
    language: str = IDENTIFY
    speakers: int | None = None


NO_TRANSCRIPT: Final = TranscriptOptions(wanted=False)
USUAL_TRANSCRIPT: Final = TranscriptOptions()
"""Of those who have said nothing."""
