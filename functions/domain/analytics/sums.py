"""How posts did, and how they grew: pure arithmetic on sums and on gains by day.

A period's gain is what its days recorded. It is None, not zero, where a number was not known by
the period's end, and where nobody has told any number since the period began.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from functions.domain.analytics.figures import Figure, Numbers, Overview, Series, States
from functions.domain.analytics.growth import Growth, Point
from functions.domain.analytics.period import Period
from functions.domain.posts.history import Gain, PlatformSums, read_sums, sums_of
from functions.domain.posts.post import (
    INTERACTIONS,
    METRICS,
    NumberState,
    Platform,
    Post,
    known_sum,
    rate,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looked:
    """One platform, with what it adds to those that are put together: interactions and views of
    the period, and of the one before."""

    sums: PlatformSums
    figures: Mapping[str, Figure]
    states: Mapping[str, States]
    series: Series
    rated: tuple[tuple[int, int] | None, tuple[int, int] | None]


def overview(
    sums: Iterable[PlatformSums],
    gains: Sequence[Gain],
    period: Period,
    *,
    with_youtube: bool,
    today: date | None = None,
    by_day: bool = False,
) -> Overview:
    """`gains` reach from the first day of the period before to `today`, else the period's last."""
    apart = () if with_youtube else (Platform.YOUTUBE,)
    posted = [
        _look(one, gains, period, today or period.last, by_day=by_day)
        for one in sorted(sums, key=lambda one: one.platform)
    ]
    together = [one for one in posted if one.sums.platform not in apart]
    return Overview(
        period=period,
        totals=_totals(together),
        platforms=tuple(_numbers(one, is_rated=one in together) for one in posted),
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


def _look(
    sums: PlatformSums, gains: Sequence[Gain], period: Period, today: date, *, by_day: bool
) -> _Looked:
    mine = [gain for gain in gains if gain.platform is sums.platform]
    growths = {metric: Growth(metric, sums, mine, today) for metric in METRICS}
    figures = {metric: _figure(metric, sums, growths[metric], period) for metric in METRICS}
    states = {metric: _states(metric, sums) for metric in METRICS}
    # What the platform tells of none of them is left out, as in the rate of a post.
    told = [metric for metric in INTERACTIONS if set(states[metric]) != {NumberState.UNSUPPORTED}]
    return _Looked(
        sums=sums,
        figures=figures,
        states=states,
        series={metric: growths[metric].by_day(period) for metric in METRICS} if by_day else {},
        rated=(
            _rated([figures[metric].gained for metric in told], figures["views"].gained),
            _rated(
                [figures[metric].gained_before for metric in told], figures["views"].gained_before
            ),
        ),
    )


def _figure(metric: str, sums: PlatformSums, growth: Growth, period: Period) -> Figure:
    known = sums.known.get(metric, 0)
    if known <= 0:
        return Figure()
    now, before = growth.over(period), growth.over(period.before())
    return Figure(
        total=sums.numbers.get(metric, 0),
        known=known,
        gained=now.gained,
        lost=now.lost,
        gained_before=before.gained,
        lost_before=before.lost,
    )


def _states(metric: str, sums: PlatformSums) -> States:
    counts = {state: numbers.get(metric, 0) for state, numbers in sums.states.items()}
    counts[NumberState.OK] = sums.posts - sum(counts.values())
    return {state: counts[state] for state in NumberState if counts.get(state, 0) > 0}


def _rated(told: Sequence[int | None], views: int | None) -> tuple[int, int] | None:
    """Interactions and views of which a rate can be made."""
    known = [number for number in told if number is not None]
    if not told or len(known) < len(told) or not views:
        return None
    return sum(known), views


def _totals(together: Sequence[_Looked]) -> Numbers:
    """Over platforms: sums of what is known."""
    synced = [one.sums.synced_at for one in together if one.sums.synced_at is not None]
    return Numbers(
        platforms=tuple(one.sums.platform for one in together),
        posts=sum(one.sums.posts for one in together),
        figures={metric: _added([one.figures[metric] for one in together]) for metric in METRICS},
        engagement_rate=rate(
            sum(one.sums.rated_interactions for one in together),
            sum(one.sums.rated_views for one in together),
        ),
        last_synced=max(synced, default=None),
        oldest_sync=min(synced, default=None),
        states={metric: _counted([one.states[metric] for one in together]) for metric in METRICS},
        period_rate=_rate_of(one.rated[0] for one in together),
        period_rate_before=_rate_of(one.rated[1] for one in together),
        series={
            metric: [_together(points) for points in zip(*rows, strict=True)]
            for metric in METRICS
            if (rows := [one.series[metric] for one in together if one.series])
        },
    )


def _numbers(one: _Looked, *, is_rated: bool) -> Numbers:
    sums = one.sums
    return Numbers(
        platforms=(sums.platform,),
        posts=sums.posts,
        figures=one.figures,
        engagement_rate=rate(sums.rated_interactions, sums.rated_views) if is_rated else None,
        last_synced=sums.synced_at,
        oldest_sync=sums.synced_at,
        states=one.states,
        period_rate=_rate_of(one.rated[:1]) if is_rated else None,
        period_rate_before=_rate_of(one.rated[1:]) if is_rated else None,
        series=one.series,
    )


def _rate_of(pairs: Iterable[tuple[int, int] | None]) -> float | None:
    known = [pair for pair in pairs if pair is not None]
    return rate(sum(above for above, _ in known), sum(below for _, below in known))


def _counted(every: Sequence[States]) -> States:
    sums: dict[NumberState, int] = {}
    for states in every:
        for state, count in states.items():
            sums[state] = sums.get(state, 0) + count
    return sums


def _together(points: Sequence[Point]) -> Point:
    return Point(
        gained=known_sum(point.gained for point in points),
        lost=known_sum(point.lost for point in points),
        total=known_sum(point.total for point in points),
    )


def _added(every: Sequence[Figure]) -> Figure:
    return Figure(
        total=known_sum(one.total for one in every),
        known=sum(one.known for one in every),
        gained=known_sum(one.gained for one in every),
        lost=known_sum(one.lost for one in every),
        gained_before=known_sum(one.gained_before for one in every),
        lost_before=known_sum(one.lost_before for one in every),
    )
