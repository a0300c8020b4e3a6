"""How posts did, and how they grew: pure arithmetic on sums and on gains by day.

A period's gain is what its days recorded. It is None, not zero, where a number was not known by
the period's end, and where nobody has told any number since the period began.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from functions.domain.social import METRICS, Platform, Post, known_sum, rate
from functions.domain.social_history import Gain, PlatformSums, read_sums, sums_of


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days in UTC, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    def before(self) -> Period:
        """The period of the same length that ends where this one begins."""
        return last_days(self.first - timedelta(days=1), self.days)

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


def last_days(last: date, days: int) -> Period:
    return Period(last - timedelta(days=days - 1), last)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One number over many posts; `known` counts those posts of which it is told."""

    total: int | None = None
    known: int = 0
    gained: int | None = None
    gained_before: int | None = None

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
    nothing was told for longest."""

    platforms: tuple[Platform, ...]
    posts: int
    figures: Mapping[str, Figure]
    engagement_rate: float | None
    last_synced: datetime | None
    oldest_sync: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """`apart` names the platforms that are in no total and have no rate."""

    period: Period
    totals: Numbers
    platforms: tuple[Numbers, ...]
    apart: tuple[Platform, ...]


def overview(
    sums: Iterable[PlatformSums], gains: Sequence[Gain], period: Period, *, with_youtube: bool
) -> Overview:
    """`gains` cover the period and the one before it."""
    apart = () if with_youtube else (Platform.YOUTUBE,)
    posted = sorted(sums, key=lambda one: one.platform)
    figures = {
        one.platform: {metric: _figure(metric, one, gains, period) for metric in METRICS}
        for one in posted
    }
    together = [one for one in posted if one.platform not in apart]
    added = {
        metric: _added(figures[one.platform][metric] for one in together) for metric in METRICS
    }
    return Overview(
        period=period,
        totals=_numbers(together, added, rated=together),
        platforms=tuple(
            _numbers([one], figures[one.platform], rated=[one] if one in together else [])
            for one in posted
        ),
        apart=apart,
    )


def sums_by_platform(posts: Sequence[Post]) -> list[PlatformSums]:
    """Sums over some posts, as they are kept over all of a user's."""
    sums: dict[Platform, dict[str, int]] = {}
    synced: dict[Platform, datetime] = {}
    for post in posts:
        flat = sums.setdefault(post.platform, {})
        for name, number in sums_of(post).items():
            flat[name] = flat.get(name, 0) + number
        if post.last_synced is not None:
            known = synced.get(post.platform, post.last_synced)
            synced[post.platform] = max(known, post.last_synced)
    return [read_sums(platform, flat, synced.get(platform)) for platform, flat in sums.items()]


def _figure(metric: str, sums: PlatformSums, gains: Sequence[Gain], period: Period) -> Figure:
    known = sums.known.get(metric, 0)
    if known <= 0:
        return Figure()
    total = sums.numbers.get(metric, 0)
    now = _recorded(metric, sums.platform, gains, period)
    before = _recorded(metric, sums.platform, gains, period.before())
    # What stood there when this period began; zero may as well have been nothing.
    stood = total - (now or 0) > 0
    return Figure(
        total=total,
        known=known,
        gained=_gained(now, sums.synced_at, period, known=True),
        gained_before=_gained(before, sums.synced_at, period.before(), known=stood),
    )


def _recorded(metric: str, platform: Platform, gains: Sequence[Gain], period: Period) -> int | None:
    """None where no day of the period has recorded any change."""
    return known_sum(
        gain.numbers[metric]
        for gain in gains
        if gain.platform is platform and period.holds(gain.day) and metric in gain.numbers
    )


def _gained(
    recorded: int | None, synced_at: datetime | None, period: Period, *, known: bool
) -> int | None:
    if recorded is not None:
        return recorded
    told = synced_at is not None and synced_at.astimezone(UTC).date() >= period.first
    return 0 if known and told else None


def _added(figures: Iterable[Figure]) -> Figure:
    """Over platforms: sums of what is known."""
    every = list(figures)
    return Figure(
        total=known_sum(one.total for one in every),
        known=sum(one.known for one in every),
        gained=known_sum(one.gained for one in every),
        gained_before=known_sum(one.gained_before for one in every),
    )


def _numbers(
    sums: Sequence[PlatformSums], figures: Mapping[str, Figure], *, rated: Sequence[PlatformSums]
) -> Numbers:
    synced = [one.synced_at for one in sums if one.synced_at is not None]
    views = sum(one.rated_views for one in rated)
    return Numbers(
        platforms=tuple(one.platform for one in sums),
        posts=sum(one.posts for one in sums),
        figures=figures,
        engagement_rate=rate(sum(one.rated_interactions for one in rated), views),
        last_synced=max(synced, default=None),
        oldest_sync=min(synced, default=None),
    )
