"""What is to be made of a new video: as it is told, else as its owner usually wants it."""

from __future__ import annotations

from dataclasses import replace

from functions.domain.preferences import Preferences
from functions.handlers.api.models.uploads import UploadOptions
from functions.handlers.api.views.extras import named
from functions.handlers.api.views.segmentation import asked
from functions.handlers.api.views.transcripts import asked as asked_transcript


def chosen(options: UploadOptions, usual: Preferences) -> Preferences:
    """Raises InvalidInputError naming the places below /options."""
    found = usual
    if options.segmentation is not None:
        found = replace(found, segmentation=asked(options.segmentation, "/options/segmentation"))
    if options.extras is not None:
        found = replace(found, extras=named(options.extras))
    if options.transcript is not None:
        found = replace(found, transcription=asked_transcript(options.transcript))
    return found
