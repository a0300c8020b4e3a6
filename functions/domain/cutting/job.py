"""The words between the service that cuts a window and the tool that does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from functions.domain.captions.cue import Cue
from functions.domain.cutting.exactness import CutReason, Exactness
from functions.domain.cutting.plan import Plan, PlannedSegment
from functions.domain.media.reach import Reach
from functions.domain.times import Milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class CutJob:
    """Cut `segments` (consecutive) out of `source_url` into files under `folder`.

    `skip` holds numbers that exist already: in a source without an index they are passed over
    and thrown away. At most `disk_budget` bytes of finished files wait in the folder. `captions`
    are written into the pictures of an accurate cut. `reach` is where in the source all of it
    lies, where that is known.
    """

    source_url: str
    plan: Plan
    segments: tuple[PlannedSegment, ...]
    skip: frozenset[int]
    folder: Path
    disk_budget: int
    captions: tuple[Cue, ...] = ()
    reach: Reach | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CutFile:
    """One finished file of a cut; whoever receives it removes it.

    `cut` is how it was cut, and `cut_reason` why this is not what was asked for. `size` is the
    picture's width and height where it was encoded anew; else they are the source's.
    """

    segment: PlannedSegment
    path: Path
    actual_start: Milliseconds
    cut: Exactness = Exactness.KEYFRAME
    cut_reason: CutReason | None = None
    size: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspection:
    """What was read from a produced file, plus what was made of it.

    `duration` is the picture's (the sound's where there is no picture).
    """

    frame_count: int | None
    duration: Milliseconds
    thumbnail: Path | None
    audio: Path | None


Progress = Callable[[Milliseconds], None]
"""Told how much media of the job was read, in milliseconds."""

StopRequested = Callable[[], bool]
"""Asked between files: True hands the rest over to the next invocation."""
