"""How a post's numbers grew hour by hour, from what was told of it.

A growth counts in the hour in which it was told, the first number of a post as well. It is None
where the number was not known by the hour's end, and where nobody has told it since.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from functions.domain.analytics.growth import UNKNOWN, Point
from functions.domain.posts.post import METRICS, known_sum
from functions.domain.posts.query import History

HOUR: Final = timedelta(hours=1)
LONGEST: Final = 14
"""Days of a series by hour."""
FARTHEST: Final = 90
"""Days back from today at which it may begin."""

Hours = dict[str, list[Point]]


def by_hour(history: History, start: datetime, hours: int) -> Hours:
    """A point of each number for each hour from `start` on."""
    return {metric: _points(metric, history, start, hours) for metric in METRICS}


def together(every: Sequence[Hours]) -> Hours:
    """Over posts: sums of what is known."""
    if not every:
        return {}
    return {
        metric: [_added(points) for points in zip(*(one[metric] for one in every), strict=True)]
        for metric in METRICS
    }


def _added(points: Sequence[Point]) -> Point:
    return Point(
        gained=known_sum(point.gained for point in points),
        lost=known_sum(point.lost for point in points),
        total=known_sum(point.total for point in points),
    )


def _points(metric: str, history: History, start: datetime, hours: int) -> list[Point]:
    told = _told(metric, history)
    inside: dict[int, list[int]] = {}
    stood, known_from = None, start
    for when, value in told:
        if when < start:
            stood = value
        else:
            inside.setdefault((when - start) // HOUR, []).append(value)
    if stood is None and told and not history.whole:
        # What it was before the first that is at hand nobody knows.
        known_from, stood = told[0]
    points = []
    for at in range(hours):
        low = start + at * HOUR
        gained = lost = 0
        for value in inside.get(at, ()):
            change = value - (stood or 0)
            gained, lost, stood = gained + max(change, 0), lost + max(-change, 0), value
        known = stood is not None and told[-1][0] >= low and low + HOUR > known_from
        points.append(Point(gained=gained, lost=lost, total=stood) if known else UNKNOWN)
    return points


def _told(metric: str, history: History) -> list[tuple[datetime, int]]:
    """When it was told what, each telling once."""
    rows = [history.before] if history.before else []
    found: dict[datetime, int] = {}
    for row in (*rows, *history.within):
        number = row.numbers.get(metric)
        if number is not None and number.value is not None and number.at is not None:
            found[number.at] = number.value
    return sorted(found.items())
