"""Preferences."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from functions.handlers.api.models import examples, transcript_examples
from functions.handlers.api.models.common import Body
from functions.handlers.api.models.examples import shown
from functions.handlers.api.models.extras import USUAL, Extras
from functions.handlers.api.models.segmentation import SegmentationOptions
from functions.handlers.api.models.transcripts import TranscriptChoice


class ReplacePreferences(Body):
    model_config = shown({"segmentation": {"mode": "silence", "pause_s": 0.4}})

    segmentation: SegmentationOptions
    extras: Extras = Field(
        default=USUAL, description="What your videos get beside their segments; empty for nothing"
    )

    transcript: TranscriptChoice = Field(
        default=TranscriptChoice(), description="Whether what is said in them is written down"
    )


class PreferencesAnswer(BaseModel):
    model_config = shown(
        {
            "segmentation": examples.SEGMENTATION,
            "extras": [*USUAL],
            "transcript": transcript_examples.CHOICE,
            "updated_at": None,
        }
    )

    segmentation: SegmentationOptions
    extras: Extras
    transcript: TranscriptChoice
    updated_at: datetime | None
