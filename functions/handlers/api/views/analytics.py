"""How posts do."""

from __future__ import annotations

from typing import Any

from functions.domain.analytics import Figure, Numbers, Overview, Period
from functions.domain.counts import SegmentCounts
from functions.domain.segment import Segment, SegmentType
from functions.domain.social import METRICS, Platform
from functions.handlers.api.models import analytics as models
from functions.handlers.api.models.segment_answers import PostAnswer
from functions.handlers.api.views import segments as segment_views
from functions.services.analytics import UserAnalytics


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
    totals = models.TotalsAnswer(**_numbers(item.totals), oldest_sync=item.totals.oldest_sync)
    platforms = [
        models.PlatformAnswer(platform=numbers.platforms[0], **_numbers(numbers))
        for numbers in item.platforms
    ]
    return {
        "period": _period(item.period),
        "previous_period": _period(item.period.before()),
        "apart": list(item.apart),
        "totals": totals,
        "platforms": platforms,
    }


def _period(item: Period) -> models.PeriodAnswer:
    return models.PeriodAnswer(first_day=item.first, last_day=item.last, days=item.days)


def _numbers(item: Numbers) -> dict[str, Any]:
    return {
        "posts": item.posts,
        **{metric: _figure(item.figures[metric]) for metric in METRICS},
        "engagement_rate": item.engagement_rate,
        "last_synced": item.last_synced,
    }


def _figure(item: Figure) -> models.FigureAnswer:
    return models.FigureAnswer(
        total=item.total,
        known_posts=item.known,
        gained=item.gained,
        gained_before=item.gained_before,
        change=item.change,
        change_rate=item.change_rate,
    )


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
