"""A user's preferences: read, changed, written over what was read."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from functions.domain.cutting.segmentation import Segmentation
from functions.domain.errors import PreconditionError, StaleWriteError
from functions.domain.extras import Extra
from functions.domain.ports import PreferenceStore
from functions.domain.preferences import Preferences
from functions.domain.transcripts.options import TranscriptOptions
from functions.services.ownership import Caller

ATTEMPTS = 5


def change_preferences(
    caller: Caller,
    segmentation: Segmentation,
    extras: tuple[Extra, ...],
    transcription: TranscriptOptions,
    *,
    preferences: PreferenceStore,
    now: datetime,
    accepted: frozenset[int] | None = None,
) -> Preferences:
    """Raises PreconditionError if they are at no accepted version, StaleWriteError where writers
    are too many."""
    for left in reversed(range(ATTEMPTS)):
        known = preferences.get(caller.user_id)
        if accepted is not None and known.version not in accepted:
            raise PreconditionError("The preferences", known.version)
        wanted = replace(
            known, segmentation=segmentation, extras=extras, transcription=transcription
        )
        if known.version and known == wanted:
            return known
        try:
            return preferences.save(replace(wanted, updated_at=now))
        except StaleWriteError:
            if not left:
                raise
    raise AssertionError("unreachable")
