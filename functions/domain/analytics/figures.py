"""What is told of posts together: numbers with their growth, by platform and over all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from functions.domain.analytics.growth import Point
from functions.domain.analytics.period import Period
from functions.domain.posts.post import NumberState, Platform

States = Mapping[NumberState, int]
Series = Mapping[str, Sequence[Point]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number over many posts; `known` counts those posts of which it is told. It is what its
    gains less its losses have made it."""

    total: int | None = None
    known: int = 0
    gained: int | None = None
    lost: int | None = None
    gained_before: int | None = None
    lost_before: int | None = None

    @property
    def change(self) -> int | None:
        if self.gained is None or self.gained_before is None:
            return None
        return self.gained - self.gained_before

    @property
    def change_rate(self) -> float | None:
        """Of the gain before; None where that is not known, or is no growth to compare with."""
        if self.change is None or self.gained_before is None or self.gained_before <= 0:
            return None
        return round(self.change / self.gained_before, 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """Of a platform's posts, or of several platforms'. `oldest_sync` is of the platform of which
    nothing was told for longest. `states` counts posts by what is known of each number; `series`
    has a point for each day of the period."""

    platforms: tuple[Platform, ...]
    posts: int
    figures: Mapping[str, Figure]
    engagement_rate: float | None
    last_synced: datetime | None
    oldest_sync: datetime | None
    states: Mapping[str, States] = field(default_factory=dict)
    period_rate: float | None = None
    period_rate_before: float | None = None
    series: Series = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """`apart` names the platforms that are in no total and have no rate."""

    period: Period
    totals: Numbers
    platforms: tuple[Numbers, ...]
    apart: tuple[Platform, ...]
