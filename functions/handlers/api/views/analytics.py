"""How posts do."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from functions.domain.analytics.csv_text import Cell, table
from functions.domain.analytics.figures import Figure, Numbers, Overview, States
from functions.domain.analytics.growth import Point
from functions.domain.analytics.hours import HOUR
from functions.domain.analytics.period import Period
from functions.domain.posts.post import METRICS, NumberState, Platform, Post
from functions.domain.segments.counts import SegmentCounts
from functions.domain.segments.segment import Segment, SegmentType
from functions.handlers.api.models import analytics as models
from functions.handlers.api.models.segment_answers import PostAnswer
from functions.handlers.api.views import segments as segment_views
from functions.services.posts.analytics import UserAnalytics

_DAY: Final = timedelta(days=1)


def of_post(segment: Segment, post: Post, item: Overview) -> models.PostAnalyticsAnswer:
    return models.PostAnalyticsAnswer(
        segment_id=segment.segment_id,
        video_id=segment.video_id,
        post=segment_views.post(post),
        **_overview(item),
    )


def of_video(video_id: str, item: Overview) -> models.VideoAnalyticsAnswer:
    return models.VideoAnalyticsAnswer(video_id=video_id, **_overview(item))


def of_segment(segment: Segment, item: Overview) -> models.SegmentAnalyticsAnswer:
    return models.SegmentAnalyticsAnswer(
        segment_id=segment.segment_id,
        video_id=segment.video_id,
        posts=_posts(segment, item.apart),
        **_overview(item),
    )


def of_user(item: UserAnalytics, ranked_by: models.RankBy) -> models.AnalyticsAnswer:
    return models.AnalyticsAnswer(
        segments=_counts(item.counts),
        ranked_by=ranked_by,
        best=[_card(segment) for segment in item.best],
        worst=[_card(segment) for segment in item.worst],
        **_overview(item.overview),
    )


def _overview(item: Overview) -> dict[str, Any]:
    totals = item.totals
    platforms = [
        models.PlatformAnswer(platform=numbers.platforms[0], **_numbers(numbers, item.period))
        for numbers in item.platforms
    ]
    return {
        "period": period(item.period),
        "previous_period": period(item.period.before()),
        "apart": list(item.apart),
        "totals": models.TotalsAnswer(
            **_numbers(totals, item.period), oldest_sync=totals.oldest_sync
        ),
        "platforms": platforms,
    }


def period(item: Period) -> models.PeriodAnswer:
    return models.PeriodAnswer(first_day=item.first, last_day=item.last, days=item.days)


def _numbers(item: Numbers, over: Period) -> dict[str, Any]:
    return {
        "posts": item.posts,
        **{
            metric: _figure(item.figures[metric], item.states.get(metric, {})) for metric in METRICS
        },
        "engagement_rate": item.engagement_rate,
        "period_engagement_rate": item.period_rate,
        "period_engagement_rate_before": item.period_rate_before,
        "last_synced": item.last_synced,
        "series": [
            models.SeriesPoint(
                start=start, **{metric: _point(point) for metric, point in points.items()}
            )
            for start, points in _series(item, over)
        ],
    }


def _figure(item: Figure, states: States) -> models.FigureAnswer:
    return models.FigureAnswer(
        state=_state(item, states),
        states=dict(states),
        total=item.total,
        known_posts=item.known,
        gained=item.gained,
        lost=item.lost,
        gained_before=item.gained_before,
        lost_before=item.lost_before,
        change=item.change,
        change_rate=item.change_rate,
    )


def _state(item: Figure, states: States) -> NumberState:
    """One word for many posts: what stands most in the way, where no number is known."""
    if states.get(NumberState.OK):
        return NumberState.OK
    ranked = (NumberState.ERROR, NumberState.NOT_YET, NumberState.UNSUPPORTED)
    return next((state for state in ranked if states.get(state)), NumberState.NOT_YET)


def _series(item: Numbers, over: Period) -> Iterator[tuple[datetime, dict[str, Point]]]:
    """By day, or by hour where there are as many points."""
    if not item.series:
        return
    count = len(item.series[METRICS[0]])
    step = _DAY if count == over.days else HOUR
    start = datetime.combine(over.first, time.min, UTC)
    for at in range(count):
        yield start + at * step, {metric: item.series[metric][at] for metric in METRICS}


def _point(item: Point) -> models.PointAnswer:
    return models.PointAnswer(gained=item.gained, lost=item.lost, total=item.total)


_PARTS: Final = ("gained", "lost", "total")
TABLE: Final = (
    "start",
    "platform",
    *(f"{metric}_{part}" for metric in METRICS for part in _PARTS),
)
TOGETHER: Final = "all"


def text(item: Overview) -> str:
    """The series as a table: a row for each time and platform, and one for all that are together
    (`all`)."""
    return table(TABLE, _rows(item))


def _rows(item: Overview) -> Iterator[list[Cell]]:
    for name, numbers in (
        (TOGETHER, item.totals),
        *((one.platforms[0], one) for one in item.platforms),
    ):
        for start, points in _series(numbers, item.period):
            cells = (getattr(points[metric], part) for metric in METRICS for part in _PARTS)
            yield [start, str(name), *cells]


def _posts(segment: Segment, apart: tuple[Platform, ...]) -> list[PostAnswer]:
    """A rate of ours is put on no post of a platform that stays apart."""
    posts = [segment_views.post(post) for post in segment.social_media_usage]
    return [
        post.model_copy(update={"engagement_rate": None}) if post.platform in apart else post
        for post in posts
    ]


def _counts(item: SegmentCounts) -> models.SegmentCountsAnswer:
    return models.SegmentCountsAnswer(
        total=item.segments,
        by_type={kind: item.by_type.get(kind, 0) for kind in SegmentType},
        file_size=item.file_size,
    )


def _card(item: Segment) -> models.CardAnswer:
    return models.CardAnswer(
        segment_id=item.segment_id,
        video_id=item.video_id,
        title=item.title,
        views=item.views,
        engagement_rate=item.engagement_rate,
    )
