"""A video's moments by time or by score, page by page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from functions.domain.moments.moment import Moment, MomentStatus
from functions.domain.paging import Page, Position
from functions.services.moments.context import MomentContext

Rank = tuple[float, int, str]


class MomentOrder(StrEnum):
    TIME = "time"
    SCORE = "score"


class MomentVersions(StrEnum):
    LATEST = "latest"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentQuery:
    """`statuses` empty is every one."""

    video_id: str
    order: MomentOrder = MomentOrder.TIME
    statuses: tuple[MomentStatus, ...] = ()
    versions: MomentVersions = MomentVersions.LATEST


def list_moments(
    made: MomentContext, query: MomentQuery, *, limit: int, after: Position | None
) -> Page[Moment]:
    """A video has few enough to be read at once; what is written between two pages shows up in its
    place, and nothing twice."""
    rank = _by_time if query.order is MomentOrder.TIME else _by_score
    found = sorted(_wanted(made.moments.of_video(query.video_id), query), key=rank)
    later = [moment for moment in found if after is None or rank(moment) > _place(after)]
    shown = tuple(later[:limit])
    return Page(shown, _position(rank, shown[-1]) if len(later) > limit else None)


def _wanted(moments: list[Moment], query: MomentQuery) -> list[Moment]:
    every = query.versions is MomentVersions.ALL
    return [
        moment
        for moment in moments
        if (every or moment.current) and (not query.statuses or moment.status in query.statuses)
    ]


def _by_time(moment: Moment) -> Rank:
    return moment.start, moment.end, moment.moment_id


def _by_score(moment: Moment) -> Rank:
    return -moment.score, moment.start, moment.moment_id


def _position(rank: Callable[[Moment], Rank], moment: Moment) -> Position:
    first, second, third = rank(moment)
    return {"first": first, "second": second, "third": third}


def _place(position: Position) -> Rank:
    return float(position["first"]), int(position["second"]), str(position["third"])
