"""Preferences."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel

from functions.handlers.api.models import examples
from functions.handlers.api.models.common import Body
from functions.handlers.api.models.examples import shown
from functions.handlers.api.models.segmentation import SegmentationOptions


class ReplacePreferences(Body):
    model_config = shown({"segmentation": {"mode": "silence", "pause_s": 0.4}})

    segmentation: SegmentationOptions


class PreferencesAnswer(BaseModel):
    model_config = shown({"segmentation": examples.SEGMENTATION, "updated_at": None})

    segmentation: SegmentationOptions
    updated_at: datetime | None
