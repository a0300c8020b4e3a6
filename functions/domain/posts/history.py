"""What a change of a segment's posts means for the sums that are kept: per platform, and per day.

A day's gain is how much a number grew. What a post had when it was first told counts on the day it
was posted, where that is known, else on the day it was told. A number that falls, as where a
platform takes back views that were none, is no negative gain: it is a loss, kept beside. So a
number is always the sum of its gains less that of its losses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from functions.domain.posts.post import METRICS, Number, NumberState, Platform, Post

Sums = Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gain:
    """What numbers grew by, on one day in UTC, and what they fell by; one that did not is not
    named."""

    platform: Platform
    day: date
    numbers: Sums
    lost: Sums = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlatformSums:
    """All posts of a user on a platform.

    `known` counts the posts of which each number is told, and `states` those of which it is not
    `ok`: after an error an older value may be known. `rated_*` sum up those posts whose engagement
    rate is known, so that the rate over all rests on the same posts above and below.
    """

    platform: Platform
    posts: int = 0
    numbers: Sums = field(default_factory=dict)
    known: Sums = field(default_factory=dict)
    states: Mapping[NumberState, Sums] = field(default_factory=dict)
    rated_views: int = 0
    rated_interactions: int = 0
    synced_at: datetime | None = None


def sums_of(post: Post | None) -> dict[str, int]:
    """What a post adds to its platform's sums, by flat names; nothing for no post."""
    if post is None:
        return {}
    sums = {"posts": 1}
    for metric in METRICS:
        number = post.number(metric)
        if number.value is not None:
            sums[metric] = number.value
            sums[f"{metric}_known"] = 1
        if number.state is not NumberState.OK:
            sums[f"{metric}_{number.state}"] = 1
    interactions = post.interactions
    if post.engagement_rate is not None and interactions is not None:
        sums["rated_views"] = post.views.value or 0
        sums["rated_interactions"] = interactions
    return sums


def read_sums(
    platform: Platform, flat: Mapping[str, int], synced_at: datetime | None = None
) -> PlatformSums:
    """Sums as they are kept, put in order."""
    return PlatformSums(
        platform=platform,
        posts=flat.get("posts", 0),
        numbers={metric: flat.get(metric, 0) for metric in METRICS},
        known={metric: flat.get(f"{metric}_known", 0) for metric in METRICS},
        states={
            state: {metric: flat.get(f"{metric}_{state}", 0) for metric in METRICS}
            for state in NumberState
            if state is not NumberState.OK
        },
        rated_views=flat.get("rated_views", 0),
        rated_interactions=flat.get("rated_interactions", 0),
        synced_at=synced_at,
    )


def changed(before: Sequence[Post], after: Sequence[Post]) -> list[tuple[Post | None, Post | None]]:
    """Pairs of a post as it was and as it is, for those that differ."""
    old = {post.key: post for post in before}
    new = {post.key: post for post in after}
    pairs = ((old.get(key), new.get(key)) for key in {**old, **new})
    return [(was, now) for was, now in pairs if was != now]


def sums_change(was: Post | None, now: Post | None) -> dict[str, int]:
    """What to add to the platform's sums."""
    old, new = sums_of(was), sums_of(now)
    change = {name: new.get(name, 0) - old.get(name, 0) for name in {**old, **new}}
    return {name: number for name, number in change.items() if number}


def gains(was: Post | None, now: Post) -> Iterator[Gain]:
    """What to add to each day."""
    days: dict[date, tuple[dict[str, int], dict[str, int]]] = {}
    for metric in METRICS:
        old = was.number(metric) if was else Number()
        new = now.number(metric)
        if new.value is None or new.at is None or new.value == (old.value or 0):
            continue
        first = old.value is None and now.posted_at is not None
        moment = now.posted_at if first and now.posted_at else new.at
        grown, lost = days.setdefault(moment.astimezone(UTC).date(), ({}, {}))
        change = new.value - (old.value or 0)
        (grown if change > 0 else lost)[metric] = abs(change)
    for on, (grown, lost) in days.items():
        yield Gain(platform=now.platform, day=on, numbers=grown, lost=lost)


def flat_gain(gain: Gain) -> dict[str, int]:
    """A day's numbers by flat names, to be added up."""
    return {**gain.numbers, **{f"{metric}_lost": number for metric, number in gain.lost.items()}}


def read_gain(platform: Platform, day: date, flat: Mapping[str, int]) -> Gain:
    """A day as it is kept, put in order."""
    return Gain(
        platform=platform,
        day=day,
        numbers={metric: flat[metric] for metric in METRICS if flat.get(metric)},
        lost={metric: flat[f"{metric}_lost"] for metric in METRICS if flat.get(f"{metric}_lost")},
    )
