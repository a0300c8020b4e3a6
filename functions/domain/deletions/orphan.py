"""A search through all that is stored, for what belongs to nothing and for what is not there.

It goes phase by phase, and writes down where it is after each call: so a call may end anywhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final


class OrphanKind(StrEnum):
    """An object that no row names; a row that names an object that is not there; a segment's row
    without its video."""

    OBJECT = "object_without_row"
    ROW = "row_without_object"
    STRAY = "row_without_video"


class Phase(StrEnum):
    """What is gone through: folders of videos under two prefixes, what was sent, and two tables."""

    MEDIA = "media"
    WORK = "work"
    UPLOADS = "uploads"
    VIDEOS = "videos"
    SEGMENTS = "segments"


_PHASES: Final = tuple(Phase)


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphan:
    """`name` is an object's key, or a row's id; `key` is the object that a row names. `size` in
    bytes; `since` is when it was written."""

    kind: OrphanKind
    name: str
    video_id: str | None = None
    key: str | None = None
    size: int = 0
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What one look has found, how many things it was at, and where the next one begins; None where
    its phase has none left."""

    after: Mapping[str, Any] | None
    looked_at: int
    orphans: Sequence[Orphan] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrphanSearch:
    """`after` is where in its phase to go on. `parts` counts the documents that hold what was
    found, `found` the things by their kind, `size` the bytes of objects. What was written within
    `grace_hours` before the search began is passed over."""

    search_id: str
    began_at: datetime
    grace_hours: int
    phase: Phase = _PHASES[0]
    after: Mapping[str, Any] | None = None
    parts: int = 0
    looked_at: Mapping[str, int] = field(default_factory=dict)
    found: Mapping[str, int] = field(default_factory=dict)
    size: int = 0
    finished_at: datetime | None = None

    def moved(self, step: Step, now: datetime) -> OrphanSearch:
        """A look was made in its phase."""
        objects = (one.size for one in step.orphans if one.kind is OrphanKind.OBJECT)
        seen = replace(
            self,
            after=step.after,
            looked_at=Counter(self.looked_at) + Counter({self.phase.value: step.looked_at}),
            found=Counter(self.found) + Counter(one.kind.value for one in step.orphans),
            size=self.size + sum(objects),
        )
        if step.after is not None:
            return seen
        left = _PHASES[_PHASES.index(self.phase) + 1 :]
        return replace(seen, phase=left[0]) if left else replace(seen, finished_at=now)
