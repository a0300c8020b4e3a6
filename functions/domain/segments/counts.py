"""How many segments there are, and how many bytes: kept with every write, never counted anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from functions.domain.segments.segment import SegmentType


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentCounts:
    """Of a user or of a video."""

    by_type: Mapping[SegmentType, int] = field(default_factory=dict)
    file_size: int = 0

    @property
    def segments(self) -> int:
        return sum(self.by_type.values())
