"""Changing a segment: read, change, write over what was read; two at once lose nothing."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from functions.domain.errors import PreconditionError, StaleWriteError
from functions.domain.ports import SegmentStore
from functions.domain.segments.segment import Segment
from functions.services.ownership import Caller, own_segment

ATTEMPTS = 40
LONGEST_PAUSE_S = 0.2

Versions = frozenset[int] | None
"""The versions that the caller accepts; None accepts any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a user says of a segment; a name that is not in `given` stays as it is."""

    given: frozenset[str]
    title: str | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()


def edit_segment(
    caller: Caller,
    segment_id: str,
    words: Words,
    *,
    segments: SegmentStore,
    now: datetime,
    accepted: Versions = None,
) -> Segment:
    """Raises NotFoundError, and PreconditionError if the segment is at no accepted version."""
    said = {name: getattr(words, name) for name in words.given}

    def edit(segment: Segment) -> Segment:
        edited = replace(segment, **said)
        return segment if edited == segment else replace(edited, updated_at=now)

    return change_segment(caller, segment_id, edit, segments=segments, accepted=accepted)


def change_segment(
    caller: Caller,
    segment_id: str,
    change: Callable[[Segment], Segment],
    *,
    segments: SegmentStore,
    accepted: Versions = None,
) -> Segment:
    """A change that alters nothing writes nothing."""
    for attempt in range(ATTEMPTS):
        segment = accept(own_segment(caller, segments, segment_id), accepted)
        changed = change(segment)
        if changed == segment:
            return segment
        try:
            return segments.save(segment, changed)
        except StaleWriteError:
            pause(attempt)
    raise StaleWriteError("The segment")


def delete_segment(
    caller: Caller,
    segment_id: str,
    *,
    segments: SegmentStore,
    now: datetime,
    accepted: Versions = None,
) -> Segment:
    """Gone at once for every reader; its files are cleared away from the table's stream."""
    for attempt in range(ATTEMPTS):
        segment = accept(own_segment(caller, segments, segment_id), accepted)
        try:
            segments.delete(segment, now)
        except StaleWriteError:
            pause(attempt)
        else:
            return segment
    raise StaleWriteError("The segment")


def accept(segment: Segment, accepted: Versions) -> Segment:
    if accepted is not None and segment.version not in accepted:
        raise PreconditionError("The segment", segment.version)
    return segment


def pause(attempt: int) -> None:
    """Writers that met go on at different times."""
    time.sleep(random.uniform(0, min(0.005 * 2**attempt, LONGEST_PAUSE_S)))  # noqa: S311
