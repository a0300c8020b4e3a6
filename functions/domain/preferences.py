"""What a user wants for every video that says nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from functions.domain.cutting.segmentation import Segmentation
from functions.domain.extras import DEFAULT_EXTRAS, Extra
from functions.domain.transcripts.options import USUAL_TRANSCRIPT, TranscriptOptions


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """Version 0 has never been saved."""

    user_id: str
    segmentation: Segmentation = field(default_factory=Segmentation)
    extras: tuple[Extra, ...] = DEFAULT_EXTRAS
    transcription: TranscriptOptions = USUAL_TRANSCRIPT
    updated_at: datetime | None = None
    version: int = 0
